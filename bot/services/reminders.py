"""Reminders are rows with a due time, polled with the product's clock; a booking that moves voids them by its version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core import reminder_rules
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import Channel
from bot.core.sms import fold_gsm7
from bot.core.texts import Texts
from bot.services import messages
from bot.store.models import AppointmentTime, Booking, Conversation, Reminder, Stop

CommuneName = Callable[[str], dict[str, str]]
"""Gives a commune's ``{"fr": …, "ar": …}`` by its HCP code."""

BATCH = 100


def plan(session: Session, *, booking: Booking, now: datetime) -> None:
    """Note when the person will be reminded of this version of the booking; reminders of older versions become void."""
    void(session, booking_id=booking.id)
    starts_at = session.get_one(AppointmentTime, booking.appointment_time_id).starts_at
    for due in reminder_rules.reminders_for(starts_at=starts_at, booked_at=now):
        session.add(
            Reminder(booking_id=booking.id, booking_version=booking.version, kind=due.kind, due_at=due.due_at)
        )
    session.flush()


def void(session: Session, *, booking_id: int) -> None:
    """Nothing more is sent for this booking as it was."""
    session.execute(
        update(Reminder)
        .where(Reminder.booking_id == booking_id, Reminder.status == "due")
        .values(status="void")
    )


def send_due(session: Session, *, texts: Texts, commune_name: CommuneName, now: datetime) -> int:
    """Queue an SMS for each reminder that is due, at most a batch, and return how many. Safe in several workers at once."""
    due = session.scalars(
        select(Reminder)
        .where(Reminder.status == "due", Reminder.due_at <= now)
        .order_by(Reminder.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_send(session, reminder, texts, commune_name, now) for reminder in due)


def _send(
    session: Session, reminder: Reminder, texts: Texts, commune_name: CommuneName, now: datetime
) -> bool:
    booking = session.get_one(Booking, reminder.booking_id, with_for_update=True)
    if booking.status != "active" or booking.version != reminder.booking_version:
        reminder.status = "void"
        return False
    starts_at = booking.appointment_time.starts_at
    verdict = reminder_rules.verdict(kind=reminder.kind, due_at=reminder.due_at, starts_at=starts_at, now=now)
    if verdict == "wait":
        return False
    if verdict == "missed":
        reminder.status, reminder.reason = "missed", "the appointment had begun"
        return False
    reminder.outbound_id = messages.send_sms(
        session,
        contact_id=booking.contact_id,
        phone_number=booking.phone,
        text=_words(session, reminder.kind, booking, texts, commune_name),
        kind="reminder",
        now=now,
        expires_at=starts_at,
    )
    reminder.status = "sent"
    return True


def _words(session: Session, kind: str, booking: Booking, texts: Texts, commune_name: CommuneName) -> str:
    variety = variety_or_default(booking.contact.variety)
    stop = session.get_one(Stop, booking.appointment_time.stop_id)
    channel = session.get_one(Conversation, booking.conversation_id).address.channel
    values = {
        "commune": commune_name(stop.commune_code),
        "starts_at": booking.appointment_time.starts_at,
        "code": booking.code,
        "channel": f"channel_{Channel(channel).value}",
    }
    text = texts.say(f"sms_reminder_{kind}", variety, values)
    return fold_gsm7(text) if variety in (Variety.FRENCH, Variety.DARIJA_LATIN) else text
