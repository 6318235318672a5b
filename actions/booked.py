"""The person's bookings, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.places import commune_name
from actions.runtime import Events, Scene
from bot.core.booking_rules import person_key
from bot.core.texts import Option
from bot.services import bookings
from bot.store.models import AppointmentTime, Booking, Stop

FORM_SLOTS = (
    "booking_renames",
    "booking_moves",
    "booking_place",
    "booking_stop",
    "booking_time",
    "booking_wish",
    "booking_days",
    "booking_name",
    "booking_phone",
    "booking_confirmed",
    "booking_waits",
)
"""The slots of the booking form."""


def active_bookings(scene: Scene) -> Sequence[Booking]:
    """The person's bookings that lie ahead."""
    return bookings.active(scene.session, contact_id=scene.turn.contact_id, now=scene.turn.now)


def tell_bookings(scene: Scene) -> Events:
    """Say all of them, or that there is none."""
    active = active_bookings(scene)
    if not active:
        scene.say("utter_no_booking")
        return [] if scene.in_form() else [scene.ask(question="book")]
    for booking in active:
        if booking.status == "displaced":
            move = Option(key="option_plan_other", payload="/reschedule_booking", values={})
            scene.say("utter_booking_displaced", options=(move,), **booking_values(scene, booking))
        else:
            scene.say("utter_booking_status", options=extras(booking.id), **booking_values(scene, booking))
    return []


def extras(booking_id: int) -> tuple[Option, ...]:
    """What else there is to a booking: where it is, a file for the calendar, and another name."""
    kinds = (
        ("option_where", "check_booking", "pin"),
        ("option_calendar", "check_booking", "ics"),
        ("option_rename", "reschedule_booking", "rename"),
    )
    return tuple(
        Option(key=key, payload=f'/{intent}{{"choice": "{kind}:{booking_id}"}}', values={})
        for key, intent, kind in kinds
    )


def booking_values(scene: Scene, booking: Booking) -> dict[str, Any]:
    """A booking's values for texts."""
    return {"name": booking.name, "code": booking.code, **time_values(scene, booking.appointment_time_id)}


def time_values(scene: Scene, appointment_time_id: int) -> dict[str, Any]:
    """An appointment time's values for texts."""
    time = scene.session.get_one(AppointmentTime, appointment_time_id)
    stop = scene.session.get_one(Stop, time.stop_id)
    return {"commune": commune_name(stop.commune_code), "starts_at": time.starts_at.isoformat()}


def meant(scene: Scene, kind: str, intent: str, question: str) -> Booking | None:
    """The booking that the message is about: the one that was chosen, named, or the only one; else ``question`` is asked."""
    active = active_bookings(scene)
    chosen = scene.turn.choice(kind)
    if chosen is not None:
        active = [booking for booking in active if booking.id == int(chosen)]
    if not active:
        scene.say("utter_no_booking")
        return None
    active = _named(scene, active) or active
    if len(active) == 1:
        return active[0]
    options = tuple(
        Option(
            key="option_booking",
            payload=f'{intent}{{"choice": "{kind}:{booking.id}"}}',
            values=booking_values(scene, booking),
        )
        for booking in active
    )
    scene.say(question, options=options)
    return None


def _named(scene: Scene, active: Sequence[Booking]) -> list[Booking]:
    """The bookings whose names the message holds most words of: "cancel Karim's", of Karim Alaoui and Youssef Alaoui."""
    said = set(person_key(scene.turn.text).split())
    words = {booking.id: len(said.intersection(person_key(booking.name).split())) for booking in active}
    most = max(words.values(), default=0)
    return [booking for booking in active if most and words[booking.id] == most]
