"""The waiting list inside the booking form, and the place that is kept while the summary is read."""

from __future__ import annotations

from typing import Any

from actions.places import location, place_of
from actions.runtime import Scene
from actions.stops import stop_values
from bot.core.errors import NotFound
from bot.core.texts import Option
from bot.services import places, stops
from bot.services.places import TimeTaken
from bot.store.models import AppointmentTime, Booking


def read_waiting(scene: Scene) -> dict[str, Any]:
    """Who wants to wait for a place at a full stop gives a name and a number, as for a booking."""
    chosen = scene.turn.choice("wait")
    if chosen is None:
        return {}
    try:
        stop = stops.get(scene.session, stop_id=int(chosen), now=scene.turn.now)
    except NotFound:
        scene.say("utter_stop_gone")
        return {}
    scene.say("utter_waiting_list")
    place = place_of(stop.commune_code)
    return {"booking_place": place, "booking_stop": stop.id, "booking_waits": stop.id, "booking_time": None}


def may_wait(scene: Scene, stop_id: int) -> tuple[Option, ...]:
    """The waiting list of a full stop; who moves a booking keeps it and does not wait."""
    if scene.slot("booking_moves"):
        return ()
    return (Option(key="option_wait", payload=f'/inform{{"choice": "wait:{stop_id}"}}', values={}),)


def full_near(scene: Scene, distance: float | None) -> tuple[Option, ...]:
    """The waiting list of the nearest full stop that is nearer than any with a free place (``distance``, in kilometres)."""
    place = scene.slot("booking_place") or {}
    if scene.slot("booking_moves") or not place.get("commune"):
        return ()
    near = stops.upcoming(scene.session, now=scene.turn.now, near=location(place))
    for stop in near:
        if stop.free == 0 and (distance is None or (stop.distance or 0.0) < distance):
            payload = f'/inform{{"choice": "wait:{stop.id}"}}'
            return (Option(key="option_wait_there", payload=payload, values=stop_values(stop)),)
    return ()


def kept(scene: Scene) -> bool:
    """Whether the chosen place is kept for ten minutes while the person reads the summary; False where somebody was quicker."""
    moved, time_id = scene.slot("booking_moves"), scene.slot("booking_time")
    booking = scene.session.get(Booking, moved) if moved else None
    service = booking.service if booking else scene.session.get_one(AppointmentTime, time_id).service
    try:
        with scene.session.begin_nested():
            places.confirming(
                scene.session, time_id, contact_id=scene.turn.contact_id, service=service, now=scene.turn.now
            )
    except TimeTaken:
        return False
    return True
