"""The person's bookings, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.places import commune_name
from actions.runtime import Events, Scene
from bot.core.texts import Option
from bot.services import bookings
from bot.store.models import AppointmentTime, Booking, Stop


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
    """What else there is to a booking: where it is, and a file for the calendar."""
    kinds = (("option_where", "pin"), ("option_calendar", "ics"))
    return tuple(
        Option(key=key, payload=f'/check_booking{{"choice": "{kind}:{booking_id}"}}', values={})
        for key, kind in kinds
    )


def booking_values(scene: Scene, booking: Booking) -> dict[str, Any]:
    """A booking's values for texts."""
    return {"name": booking.name, "code": booking.code, **time_values(scene, booking.appointment_time_id)}


def time_values(scene: Scene, appointment_time_id: int) -> dict[str, Any]:
    """An appointment time's values for texts."""
    time = scene.session.get_one(AppointmentTime, appointment_time_id)
    stop = scene.session.get_one(Stop, time.stop_id)
    return {"commune": commune_name(stop.commune_code), "starts_at": time.starts_at.isoformat()}
