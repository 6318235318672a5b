"""Reminders are rows with a due time, polled with the product's clock; a booking that moves voids them by its version."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core import reminder_rules
from bot.core.consent_rules import Purpose
from bot.core.errors import AnaM3akError
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import Channel, DeliveryStatus
from bot.core.sms import fold_gsm7
from bot.core.texts import Texts
from bot.services import consent, messages
from bot.store.models import AppointmentTime, Booking, Conversation, OutboundMessage, Reminder, Stop

log = logging.getLogger(__name__)

CommuneName = Callable[[str], dict[str, str]]
"""Gives a commune's ``{"fr": …, "ar": …}`` by its HCP code."""

BATCH = 100


def plan(session: Session, *, booking: Booking, now: datetime) -> None:
    """Note when the person will be reminded of this version of the booking; reminders of older versions become void.

    Who has said stop is not reminded.
    """
    channel = Channel(session.get_one(Conversation, booking.conversation_id).address.channel)
    consent.agree_to_reminders(
        session, contact_id=booking.contact_id, channel=channel, words=f"booking {booking.code}", now=now
    )
    plan_all(session, bookings=[booking], now=now)


def plan_all(session: Session, *, bookings: Sequence[Booking], now: datetime) -> None:
    """As :func:`plan`, for many who had agreed to be reminded when they booked."""
    void_all(session, booking_ids=[booking.id for booking in bookings])
    silent = consent.stopped_among(session, contact_ids={booking.contact_id for booking in bookings})
    wanted = {booking.appointment_time_id for booking in bookings}
    times = select(AppointmentTime.id, AppointmentTime.starts_at).where(AppointmentTime.id.in_(wanted))
    starts = {row.id: row.starts_at for row in session.execute(times)}
    session.add_all(
        Reminder(booking_id=booking.id, booking_version=booking.version, kind=due.kind, due_at=due.due_at)
        for booking in bookings
        if booking.contact_id not in silent
        for due in reminder_rules.reminders_for(starts_at=starts[booking.appointment_time_id], booked_at=now)
    )
    session.flush()


def void(session: Session, *, booking_id: int) -> None:
    """Nothing more is sent for this booking as it was."""
    void_all(session, booking_ids=[booking_id])


def void_all(session: Session, *, booking_ids: Sequence[int]) -> None:
    """As :func:`void`, for many at once."""
    session.execute(
        update(Reminder)
        .where(Reminder.booking_id.in_(booking_ids), Reminder.status == "due")
        .values(status="void")
    )
    waiting = select(Reminder.outbound_id).where(Reminder.booking_id.in_(booking_ids))
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.id.in_(waiting), OutboundMessage.status == DeliveryStatus.QUEUED.value)
        .values(status=DeliveryStatus.CANCELLED.value, error_code="void")
    )


def send_due(session: Session, *, texts: Texts, commune_name: CommuneName, now: datetime) -> int:
    """Queue an SMS for each reminder that is due, at most a batch, and return how many. Safe in several workers at once."""
    sent = 0
    for reminder_id, booking_id in _ready(session, now)[:BATCH]:
        try:
            with session.begin_nested():
                sent += _send(session, reminder_id, booking_id, texts, commune_name, now)
        except AnaM3akError as problem:
            # One that cannot be put into words must not keep the others back.
            log.error("reminder %s cannot be sent: %s", reminder_id, type(problem).__name__)
            reminder = session.get_one(Reminder, reminder_id)
            reminder.status, reminder.reason = "missed", type(problem).__name__
    return sent


def _ready(session: Session, now: datetime) -> list[tuple[int, int]]:
    """Ids of due reminders and their bookings, without those that wait for the night to end."""
    due = session.execute(
        select(Reminder.id, Reminder.booking_id, Reminder.kind, AppointmentTime.starts_at)
        .join(Booking, Booking.id == Reminder.booking_id)
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .where(Reminder.status == "due", Reminder.due_at <= now)
        .order_by(Reminder.due_at)
    )
    return [
        (reminder_id, booking_id)
        for reminder_id, booking_id, kind, starts_at in due
        if reminder_rules.verdict(kind=kind, starts_at=starts_at, now=now) != "wait"
    ]


def _send(
    session: Session,
    reminder_id: int,
    booking_id: int,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> bool:
    # The booking first, as when it is moved or cancelled: two orders of locking would wait for each other.
    booking = session.scalar(
        select(Booking).where(Booking.id == booking_id).with_for_update(skip_locked=True)
    )
    if booking is None:
        return False
    reminder = session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
    if reminder.status != "due":
        return False
    if booking.status != "active" or booking.version != reminder.booking_version:
        reminder.status = "void"
        return False
    starts_at = booking.appointment_time.starts_at
    if reminder_rules.verdict(kind=reminder.kind, starts_at=starts_at, now=now) == "missed":
        reminder.status, reminder.reason = "missed", "it was too late to be of use"
        return False
    if not consent.allowed(session, contact_id=booking.contact_id, purpose=Purpose.REMINDERS):
        reminder.status, reminder.reason = "void", "the person said stop"
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
