"""Reminders are rows with a due time, polled with the product's clock; a booking that moves voids them by its version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from bot.core import reminder_rules
from bot.core.messages import Channel, DeliveryStatus
from bot.services import consent, preferences
from bot.store.models import AppointmentTime, Booking, Conversation, OutboundMessage, Reminder

CommuneName = Callable[[str], dict[str, str]]
"""Gives a commune's ``{"fr": …, "ar": …}`` by its HCP code."""


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
    evening, lead = preferences.reminder_evening(session), preferences.reminder_lead(session)
    session.add_all(
        Reminder(booking_id=booking.id, booking_version=booking.version, kind=due.kind, due_at=due.due_at)
        for booking in bookings
        if booking.contact_id not in silent
        for due in reminder_rules.reminders_for(
            starts_at=starts[booking.appointment_time_id], booked_at=now, evening_at=evening, lead=lead
        )
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
    waiting = select(func.unnest(postgresql.array([Reminder.outbound_id, Reminder.chat_outbound_id]))).where(
        Reminder.booking_id.in_(booking_ids)
    )
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.id.in_(waiting), OutboundMessage.status == DeliveryStatus.QUEUED.value)
        .values(status=DeliveryStatus.CANCELLED.value, error_code="void")
    )
