"""What reminders and offers say: one bubble in the chat, one segment by SMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core import sms
from bot.core.bubbles import Bubble
from bot.core.locales import Variety
from bot.core.messages import Button, Channel
from bot.core.texts import Texts
from bot.services.reminders import CommuneName
from bot.store.models import AppointmentTime, Booking, Stop

SHORTER = ("_full", "_place", "")
"""Endings of the keys of an SMS from the richest to the shortest: the first that fits one segment is sent."""


def place_values(time: AppointmentTime, stop: Stop, commune_name: CommuneName) -> dict[str, Any]:
    """An appointment time's values for texts; the venue only where it is known."""
    found: dict[str, Any] = {"commune": commune_name(stop.commune_code), "starts_at": time.starts_at}
    if stop.venue_fr or stop.venue_ar:
        found["venue"] = {"fr": stop.venue_fr or stop.venue_ar, "ar": stop.venue_ar or stop.venue_fr}
    return found


def values(booking: Booking, channel: Channel, commune_name: CommuneName) -> dict[str, Any]:
    """A booking's values for the texts of reminders."""
    time = booking.appointment_time
    return place_values(time, time.stop, commune_name) | {
        "name": booking.name,
        "code": booking.code,
        "channel": f"channel_{channel.value}",
    }


def in_one_sms(key: str, variety: Variety, values: Mapping[str, Any], texts: Texts) -> str:
    """The richest form of an SMS that fits one segment; the last one always has to."""
    said = ""
    for ending in SHORTER:
        if not texts.has(key + ending) or (ending == "_full" and "venue" not in values):
            continue
        said = texts.say(key + ending, variety, values)
        if not variety.is_arabic_script:
            said = sms.fold_gsm7(said)
        if sms.segments(said) == 1:
            break
    return said


def in_chat(kind: str, booking_id: int, variety: Variety, values: Mapping[str, Any], texts: Texts) -> Bubble:
    """A reminder with its choices: give the place up at once, another time, where it is."""
    choices = (
        ("option_unneeded", f'/cancel_booking{{"choice": "cancel_yes:{booking_id}"}}'),
        ("option_move", f'/reschedule_booking{{"choice": "move:{booking_id}"}}'),
        ("option_where", f'/check_booking{{"choice": "pin:{booking_id}"}}'),
    )
    return Bubble(
        text=texts.say(f"notice_reminder_{kind}", variety, values),
        buttons=tuple(Button(title=texts.say(key, variety), payload=payload) for key, payload in choices),
    )
