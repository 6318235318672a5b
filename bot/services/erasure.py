"""Erasing a person: everything that is kept of a contact, in every table, Rasa's own included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, text
from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.services import bookings
from bot.store.models import (
    Announcement,
    Booking,
    Call,
    Contact,
    ContactAddress,
    Conversation,
    DeliveryEvent,
    Handoff,
    Idea,
    InboundMessage,
    OutboundMessage,
    Reminder,
    TurnEffect,
)


def erase(session: Session, *, phone_or_address: str, now: datetime) -> int:
    """Erase whoever has this phone (E.164) or channel address; their places are free again. How many contacts.

    Raises NotFound where nobody has it.
    """
    found = session.scalars(
        select(Contact.id)
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(or_(Contact.phone == phone_or_address, ContactAddress.address == phone_or_address))
        .distinct()
    ).all()
    if not found:
        raise NotFound("nobody has this phone number or address")
    for contact_id in found:
        _free_places(session, contact_id, now)
    _delete(session, found)
    return len(found)


def _free_places(session: Session, contact_id: int, now: datetime) -> None:
    for booking in bookings.active(session, contact_id=contact_id, now=now):
        bookings.cancel(session, booking_id=booking.id, contact_id=contact_id, now=now)


def _delete(session: Session, contacts: Sequence[int]) -> None:
    talks = session.scalars(select(Conversation.id).where(Conversation.contact_id.in_(contacts))).all()
    booked = select(Booking.id).where(Booking.contact_id.in_(contacts))
    turns = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    sent = select(OutboundMessage.id).where(OutboundMessage.contact_id.in_(contacts))
    for statement in (
        delete(Reminder).where(Reminder.booking_id.in_(booked)),
        delete(Announcement).where(Announcement.booking_id.in_(booked)),
        delete(Call).where(Call.booking_id.in_(booked)),
        delete(Booking).where(Booking.contact_id.in_(contacts)),
        delete(Idea).where(Idea.contact_id.in_(contacts)),
        delete(DeliveryEvent).where(DeliveryEvent.outbound_id.in_(sent)),
        delete(OutboundMessage).where(OutboundMessage.contact_id.in_(contacts)),
        delete(TurnEffect).where(TurnEffect.turn_id.in_(turns)),
        delete(InboundMessage).where(InboundMessage.conversation_id.in_(talks)),
        delete(Handoff).where(Handoff.conversation_id.in_(talks)),
        delete(Conversation).where(Conversation.id.in_(talks)),
        delete(ContactAddress).where(ContactAddress.contact_id.in_(contacts)),
        delete(Contact).where(Contact.id.in_(contacts)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    names = [str(talk) for talk in talks]
    session.execute(text("DELETE FROM rasa.events WHERE sender_id = ANY(:names)"), {"names": names})
