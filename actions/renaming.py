"""The name on a booking is put right: by a choice under it, or in words; the form asks for the right one."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions.booked import FORM_SLOTS, active_bookings, booking_values, extras, meant
from actions.runtime import Events, Scene, cleared
from bot.core import booking_replies
from bot.core.errors import NotFound
from bot.core.own_names import introduced_name
from bot.services import bookings, effects
from bot.services.bookings import AlreadyBooked
from bot.store.models import Booking

KIND = "rename"
"""The kind of the choice: ``rename:17`` puts the name on booking 17 right."""


def wants_another_name(scene: Scene) -> bool:
    """Whether the message says outside a form that the name on a booking is wrong, and there is one."""
    wanted = scene.turn.choice(KIND) is not None or booking_replies.wants_another_name(scene.turn.text)
    return wanted and not scene.in_form() and bool(active_bookings(scene))


def begin_renaming(scene: Scene) -> Events:
    """Open the form for the right name, which may have been said with the wish; asks first which booking, where there are several."""
    booking = meant(scene, KIND, "/reschedule_booking", "utter_which_booking_to_rename")
    if booking is None:
        return []
    name = introduced_name(scene.turn.text)
    if name is None:
        scene.say("utter_renaming", **booking_values(scene, booking))
    return [
        *cleared(*FORM_SLOTS),
        SlotSet("booking_renames", booking.id),
        SlotSet("booking_name", name),
        FollowupAction("booking_form"),
    ]


def rename(scene: Scene, name: str) -> None:
    """Write the name that the form was given, once per turn, and say how the booking stands."""
    booking_id = int(scene.slot("booking_renames"))

    def write() -> dict[str, Any]:
        try:
            bookings.rename(
                scene.session,
                booking_id=booking_id,
                contact_id=scene.turn.contact_id,
                name=name,
                now=scene.turn.now,
            )
        except AlreadyBooked as known:
            return {"status": "already", "booking_id": known.booking_id}
        except NotFound:
            return {"status": "gone"}
        return {"status": "renamed", "booking_id": booking_id}

    result = effects.once(
        scene.session, turn_id=scene.turn.id, name="rename", now=scene.turn.now, write=write
    )
    if result["status"] == "gone":
        scene.say("utter_no_booking")
        return
    booking = scene.session.get_one(Booking, result["booking_id"])
    scene.say(
        f"utter_booking_{result['status']}", options=extras(booking.id), **booking_values(scene, booking)
    )
