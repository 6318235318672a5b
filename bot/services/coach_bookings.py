"""What a coach books, moves and cancels for a person, who gets a message about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from bot.core import booking_rules, phone
from bot.core.bubbles import Bubble
from bot.core.errors import InvalidInput
from bot.core.locales import variety_or_default
from bot.core.texts import Texts
from bot.services import bookings, handoffs, messages
from bot.services.places import is_free
from bot.services.reminders import CommuneName
from bot.store.models import AppointmentTime, Booking, Caravan, Conversation, Stop

MOST_TIMES = 300


class UnusableName(InvalidInput):
    """Nobody is called so."""


class UnusableNumber(InvalidInput):
    """No Moroccan mobile number, to which a reminder could go."""


def free_times(session: Session, *, now: datetime) -> Sequence[AppointmentTime]:
    """The times ahead that can still be booked, soonest first."""
    return session.scalars(
        select(AppointmentTime)
        .join(AppointmentTime.stop)
        .join(Caravan, Caravan.id == Stop.caravan_id)
        .options(contains_eager(AppointmentTime.stop))
        .where(Caravan.is_current, Stop.status.in_(booking_rules.BOOKABLE_STOP), is_free(now))
        .order_by(AppointmentTime.starts_at, AppointmentTime.id)
        .limit(MOST_TIMES)
    ).all()


def book(
    session: Session,
    *,
    conversation_id: int,
    staff_id: int,
    appointment_time_id: int,
    name: str,
    number: str,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> Booking:
    """Take a place for the person. Raises NotHeld, UnusableName, UnusableNumber, TimeTaken or AlreadyBooked."""
    conversation, _ = handoffs.hold(session, conversation_id=conversation_id, staff_id=staff_id)
    clean = booking_rules.clean_name(name)
    if booking_rules.name_problem(clean) is not None:
        raise UnusableName("this is no name")
    mobile = phone.mobile(number)
    if mobile is None:
        raise UnusableNumber("this is no Moroccan mobile number")
    booking = bookings.book(
        session,
        contact_id=conversation.contact_id,
        conversation_id=conversation_id,
        appointment_time_id=appointment_time_id,
        name=clean,
        phone=mobile,
        now=now,
    )
    _tell(session, conversation, booking, "notice_booked_for_you", texts, commune_name, now)
    return booking


def move(
    session: Session,
    *,
    conversation_id: int,
    staff_id: int,
    booking_id: int,
    appointment_time_id: int,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> Booking:
    """Take another place for the person in place of theirs. Raises NotHeld, NotFound or TimeTaken: the old place stays then."""
    conversation, _ = handoffs.hold(session, conversation_id=conversation_id, staff_id=staff_id)
    booking = bookings.move(
        session,
        booking_id=booking_id,
        contact_id=conversation.contact_id,
        appointment_time_id=appointment_time_id,
        now=now,
    )
    _tell(session, conversation, booking, "notice_moved_for_you", texts, commune_name, now)
    return booking


def cancel(
    session: Session,
    *,
    conversation_id: int,
    staff_id: int,
    booking_id: int,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> Booking:
    """Give up the person's place. Raises NotHeld or NotFound."""
    conversation, _ = handoffs.hold(session, conversation_id=conversation_id, staff_id=staff_id)
    booking = bookings.cancel(session, booking_id=booking_id, contact_id=conversation.contact_id, now=now)
    _tell(session, conversation, booking, "notice_cancelled_for_you", texts, commune_name, now)
    return booking


def _tell(
    session: Session,
    conversation: Conversation,
    booking: Booking,
    key: str,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> None:
    time = session.get_one(AppointmentTime, booking.appointment_time_id)
    values: dict[str, Any] = {
        "commune": commune_name(session.get_one(Stop, time.stop_id).commune_code),
        "starts_at": time.starts_at,
        "name": booking.name,
        "code": booking.code,
    }
    words = texts.say(key, variety_or_default(conversation.contact.variety), values)
    messages.reply(session, conversation=conversation, bubbles=[Bubble(text=words)], now=now, kind="notice")
