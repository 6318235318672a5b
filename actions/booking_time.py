"""At what time: the hour of the booking form, read from a message, and the free times to offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from actions.runtime import Scene
from bot.core.errors import NotFound
from bot.core.reminder_rules import CASABLANCA
from bot.services import bookings, stops
from bot.store.models import AppointmentTime, Booking

DAY_PARTS = {"morning": (0, 12), "afternoon": (13, 18), "evening": (17, 24)}
"""From which hour to which, local. Noon is neither: nobody who says "l3chiya" means it."""
NEAREST = 3
AFTERNOON_FROM = 7
"""Bare hours below this are in the afternoon."""
Values = dict[str, Any]
Wish = str | list[str] | None
"""A part of the day, an hour "HH:MM", or several hours of which one is meant."""


def read_time(scene: Scene, values: Values, *, asked: bool) -> Values:
    """The time that the message chooses or wishes; before the stop is known it is kept as a wish."""
    stop_id = values.get("booking_stop")
    if stop_id is None:
        wish = scene.turn.first("time")
        return {"booking_wish": str(wish)} if wish else {}
    free = free_times(scene, stop_id)
    chosen = scene.turn.choice("time")
    if chosen is not None:
        same = [time for time in free if time.id == int(chosen)]
        if same:
            return {"booking_time": same[0].id}
        scene.say("utter_time_taken")
        return {"booking_time": None}
    wishes = [str(value) for value in dict.fromkeys(scene.turn.values("time"))]
    wishes = wishes or (_bare_hour(scene) if asked else [])
    if not wishes:
        if asked:
            scene.say("utter_time_unclear")
        return {}
    if wishes[0] in DAY_PARTS:
        return _match_part(scene, wishes[0], free)
    if not stands(scene, stop_id):
        return {}
    return _match_hours(scene, wishes, stop_id, free, asked=asked)


def read_time_anew(scene: Scene, values: Values, *, asked: bool) -> Values:
    """As :func:`read_time`; a wish that the time which was taken does not meet gives that time up."""
    found = read_time(scene, values, asked=asked)
    wish, taken = found.get("booking_wish"), values.get("booking_time")
    if wish and taken is not None and "booking_time" not in found and not _meets(scene, taken, wish):
        return found | {"booking_time": None}
    return found


def _meets(scene: Scene, time_id: int, wish: Wish) -> bool:
    if not isinstance(wish, str) or wish not in DAY_PARTS:
        return False
    return bool(_inside([scene.session.get_one(AppointmentTime, time_id)], wish))


def _bare_hour(scene: Scene) -> list[str]:
    """A number that stands for no choice, where an hour was asked: 9 is nine o'clock, 3 is three in the afternoon."""
    number = scene.turn.first("option")
    if not isinstance(number, int) or not 1 <= number <= 23:
        return []
    return [f"{number + 12 if number < AFTERNOON_FROM else number:02}:00"]


def _match_part(scene: Scene, wish: str, free: Sequence[AppointmentTime]) -> Values:
    inside = _inside(free, wish)
    if not inside:
        scene.say("utter_no_time_then")
    return {"booking_wish": wish if inside else None}


def _match_hours(
    scene: Scene, wishes: list[str], stop_id: int, free: Sequence[AppointmentTime], *, asked: bool
) -> Values:
    """One hour that is plain and free is taken; of several that may be meant the person says which."""
    stop = stops.get(scene.session, stop_id=stop_id, now=scene.turn.now)
    hours = [hour for hour in wishes if hour not in DAY_PARTS]
    hours += [str(hour) for hour in scene.turn.alternatives("time") if str(hour) not in DAY_PARTS]
    opened = [hour for hour in hours if f"{stop.opens_at:%H:%M}" <= hour < f"{stop.closes_at:%H:%M}"]
    if not opened:
        scene.say(
            "utter_time_outside_hours",
            hour=hours[0],
            opens_at=stop.opens_at.isoformat(),
            closes_at=stop.closes_at.isoformat(),
        )
        return {"booking_wish": None}
    exact = [time for time in free if _hour(time) in opened]
    plain = len(opened) == 1 and (asked or not scene.turn.uncertain("time") or len(hours) > 1)
    if plain and exact:
        return {"booking_time": exact[0].id}
    if len(opened) == 1:
        scene.say("utter_time_not_free", hour=opened[0])
        return {"booking_wish": opened[0]}
    return {"booking_wish": opened}


def free_times(scene: Scene, stop_id: int) -> list[AppointmentTime]:
    """The stop's free times, none where it was called off; not the one that the booking which is being moved has already."""
    if not stands(scene, stop_id):
        return []
    held = [booking.appointment_time_id for booking in moved_bookings(scene)]
    free = stops.free_times(
        scene.session, stop_id=stop_id, now=scene.turn.now, contact_id=scene.turn.contact_id
    )
    return [time for time in free if time.id not in held]


def stands(scene: Scene, stop_id: int) -> bool:
    """Whether a stop still lies ahead: it may be called off, or its day may pass, while the form is open."""
    try:
        stops.get(scene.session, stop_id=stop_id, now=scene.turn.now)
    except NotFound:
        return False
    return True


def wished_times(free: list[AppointmentTime], wish: Wish, limit: int) -> list[AppointmentTime]:
    """The free times to offer: of the wished part of the day, nearest to the wished hours, or spread over the day."""
    if isinstance(wish, list):
        return sorted({time for hour in wish for time in _nearest(free, hour, 1)}, key=_start)[:limit]
    if wish in DAY_PARTS:
        return (_inside(free, str(wish)) or free)[:limit]
    if wish:
        return sorted(_nearest(free, wish, min(NEAREST, limit)), key=_start)
    step = max(1, -(-len(free) // limit))
    return free[::step][:limit]


def _inside(free: Sequence[AppointmentTime], part: str) -> list[AppointmentTime]:
    start, end = DAY_PARTS[part]
    return [time for time in free if start <= time.starts_at.astimezone(CASABLANCA).hour < end]


def _nearest(free: Sequence[AppointmentTime], hour: str, count: int) -> list[AppointmentTime]:
    return sorted(free, key=lambda time: _minutes_from(time.starts_at, hour))[:count]


def _start(time: AppointmentTime) -> datetime:
    return time.starts_at


def _hour(time: AppointmentTime) -> str:
    return time.starts_at.astimezone(CASABLANCA).strftime("%H:%M")


def _minutes_from(starts_at: datetime, wish: str) -> float:
    local = starts_at.astimezone(CASABLANCA)
    hours, minutes = (int(part) for part in wish.split(":"))
    return abs(local - local.replace(hour=hours, minute=minutes)) / timedelta(minutes=1)


def moved_booking_name(scene: Scene) -> str | None:
    """The name on the booking that is being moved."""
    return next((booking.name for booking in moved_bookings(scene)), None)


def moved_bookings(scene: Scene) -> list[Booking]:
    """The booking that is being moved, if one is."""
    moved = scene.slot("booking_moves")
    if moved is None:
        return []
    active = bookings.active(scene.session, contact_id=scene.turn.contact_id, now=scene.turn.now)
    return [booking for booking in active if booking.id == moved]
