"""Two people who come together: each has a name, a place and a code of their own, one after the other."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions.booked import time_values
from actions.booking_time import free_times
from actions.runtime import Events, Scene
from bot.core import booking_replies
from bot.store.models import Booking

NAMES_APART = ", "
"""Between the names of those who are still to be booked, in the form's slot; a name itself holds no comma."""


def first_name(scene: Scene) -> str:
    """Who is booked now."""
    return _names(scene)[0]


def others(scene: Scene) -> list[str]:
    """Who is booked afterwards."""
    return _names(scene)[1:]


def _names(scene: Scene) -> list[str]:
    return str(scene.slot("booking_name") or "").split(NAMES_APART)


def comes_with_another(scene: Scene) -> bool:
    """Whether the person said in this form that somebody comes along."""
    return any(
        booking_replies.with_another((event.get("parse_data") or {}).get("text") or "")
        for event in scene.since_form_began()
        if event["event"] == "user"
    )


def book_the_next(scene: Scene, booking: Booking, *, phone: str) -> Events:
    """Open the form again for whoever comes along: at the same stop, at the same hour where there is room; nothing where nobody does."""
    rest = others(scene)
    if not rest and not comes_with_another(scene):
        return []
    time = booking.appointment_time
    free = free_times(scene, time.stop_id)
    if not free:
        scene.say("utter_stop_full_for_next", **time_values(scene, time.id))
        return []
    near = min(free, key=lambda each: (abs(each.starts_at - time.starts_at), each.starts_at))
    if rest:
        scene.say("utter_next_person_named", name=rest[0])
    else:
        scene.say("utter_next_person")
    return [
        SlotSet("booking_place", scene.slot("booking_place")),
        SlotSet("booking_stop", time.stop_id),
        SlotSet("booking_time", near.id),
        SlotSet("booking_name", NAMES_APART.join(rest) or None),
        SlotSet("booking_phone", phone),
        FollowupAction("booking_form"),
    ]
