"""What the product knows, as the sandbox's read-only state routes tell it. Times are Africa/Casablanca, ISO
8601.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.core.messages import Channel
from bot.core.texts import CASABLANCA
from bot.store.models import (
    AppointmentTime,
    Booking,
    Caravan,
    Contact,
    ContactAddress,
    Conversation,
    Idea,
    InboundMessage,
    OutboundMessage,
    Stop,
)

Row = dict[str, Any]


def bookings(session: Session, phone: str | None) -> list[Row]:
    """Bookings, oldest first. A phone stands for the one that is reminded, and for whoever writes from it."""
    query = (
        select(Booking)
        .options(joinedload(Booking.appointment_time).joinedload(AppointmentTime.stop))
        .order_by(Booking.id)
    )
    if phone is not None:
        query = query.where(or_(Booking.phone == phone, Booking.contact_id.in_(_contacts(phone))))
    return [_booking(booking) for booking in session.scalars(query)]


def stops(session: Session) -> list[Row]:
    """The stops of the current caravan by day."""
    query = (
        select(Stop)
        .join(Caravan)
        .where(Caravan.is_current)
        .options(selectinload(Stop.appointment_times))
        .order_by(Stop.day, Stop.id)
    )
    return [_stop(stop) for stop in session.scalars(query)]


def ideas(session: Session, phone: str | None) -> list[Row]:
    """Ideas, oldest first."""
    query = select(Idea).order_by(Idea.id)
    if phone is not None:
        query = query.where(Idea.contact_id.in_(_contacts(phone)))
    names = ("reference", "title", "summary", "sector", "status")
    return [
        {name: getattr(idea, name) for name in names} | {"commune": idea.commune_code}
        for idea in session.scalars(query)
    ]


def conversations(session: Session, phone: str | None) -> list[Row]:
    """Conversations with their messages, oldest first."""
    query = (
        select(Conversation)
        .join(Conversation.address)
        .options(joinedload(Conversation.address), joinedload(Conversation.contact))
        .order_by(Conversation.id)
    )
    if phone is not None:
        query = query.where(_address_of(phone))
    found = session.scalars(query).all()
    messages = _messages(session, [conversation.id for conversation in found])
    return [_conversation(conversation, messages[conversation.id]) for conversation in found]


def _address_of(phone: str) -> ColumnElement[bool]:
    """WhatsApp and SMS are found by the number itself, Telegram by the user that the sandbox derives from
    it.
    """
    on_telegram = ContactAddress.channel == Channel.TELEGRAM.value
    return or_(
        ContactAddress.address == phone,
        on_telegram & (ContactAddress.address == str(telegram_user_id(phone))),
        ContactAddress.contact_id.in_(select(Contact.id).where(Contact.phone == phone)),
    )


def telegram_user_id(phone: str) -> int:
    """The Telegram user that the sandbox makes of a phone: its rule, said again here because neither side
    imports the other.
    """
    digest = hashlib.sha256(phone.encode()).digest()
    return 5_000_000_000 + int.from_bytes(digest[:8], "big") % 2_000_000_000


def _contacts(phone: str) -> Select[int]:
    return select(ContactAddress.contact_id).where(_address_of(phone))


def _booking(booking: Booking) -> Row:
    time = booking.appointment_time
    return {
        "phone": booking.phone,
        "name": booking.name,
        "stop": time.stop_id,
        "commune": time.stop.commune_code,
        "starts_at": _iso(time.starts_at),
        "status": booking.status,
        "code": booking.code,
    }


def _stop(stop: Stop) -> Row:
    return {
        "id": stop.id,
        "commune": stop.commune_code,
        "date": stop.day.isoformat(),
        "latitude": stop.latitude,
        "longitude": stop.longitude,
        "status": stop.status,
        "appointment_times": [
            {"starts_at": _iso(time.starts_at), "capacity": time.capacity, "taken": time.taken}
            for time in stop.appointment_times
        ],
    }


def _conversation(conversation: Conversation, messages: list[Row]) -> Row:
    return {
        "id": conversation.id,
        "channel": conversation.address.channel,
        "language": conversation.contact.variety,
        "with": conversation.talker,
        "messages": messages,
    }


def _messages(session: Session, conversation_ids: list[int]) -> dict[int, list[Row]]:
    """The messages of each conversation in the order in which they came and were written."""
    inbound = session.scalars(
        select(InboundMessage).where(InboundMessage.conversation_id.in_(conversation_ids))
    )
    outbound = session.scalars(
        select(OutboundMessage).where(OutboundMessage.conversation_id.in_(conversation_ids))
    )
    rows = [(m.received_at, 0, m.id, m.conversation_id, _received(m)) for m in inbound]
    rows += [(m.created_at, 1, m.id, m.conversation_id or 0, _sent(m)) for m in outbound]
    grouped: dict[int, list[Row]] = {conversation_id: [] for conversation_id in conversation_ids}
    for _, _, _, conversation_id, row in sorted(rows, key=lambda item: item[:3]):
        grouped[conversation_id].append(row)
    return grouped


def _received(message: InboundMessage) -> Row:
    return {
        "id": message.provider_id,
        "direction": "in",
        "text": message.text,
        "status": message.outcome or "received",
        "at": _iso(message.received_at),
    }


def _sent(message: OutboundMessage) -> Row:
    return {
        "id": message.provider_id,
        "direction": "out",
        "text": message.text,
        "status": message.status,
        "at": _iso(message.created_at),
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(CASABLANCA).isoformat()
