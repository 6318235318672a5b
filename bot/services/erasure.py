"""Erasing a person: everything that is kept of a contact, in every table, Rasa's own included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.services import bookings, personal_data, waiting_list
from bot.store.models import (
    Contact,
    ContactAddress,
    Conversation,
    ErasureRequest,
    InboundMessage,
    MediaFile,
)

QUIET = timedelta(seconds=60)
"""So long nothing was said before a person is erased: they have read the answer."""
AT_LATEST = timedelta(hours=20)
"""After this a person is erased in the middle of a conversation too: a day was promised."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """How many contacts were erased, and the names of their media files, to be removed once this is committed."""

    contacts: int
    media: tuple[str, ...]


def erase(session: Session, *, phone_or_address: str, now: datetime) -> Erased:
    """Erase whoever has this phone (E.164) or channel address; their places are free again.

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
    return erase_contacts(session, contact_ids=found, now=now)


def erase_contacts(session: Session, *, contact_ids: Sequence[int], now: datetime) -> Erased:
    """Erase these people; their places are free again."""
    for contact_id in contact_ids:
        _free_places(session, contact_id, now)
    return Erased(contacts=len(contact_ids), media=_delete(session, contact_ids))


def request(session: Session, *, contact_id: int, now: datetime, staff_id: int | None = None) -> None:
    """Have a person erased within a day, by themselves or by the staff; asking again changes nothing."""
    session.execute(
        insert(ErasureRequest)
        .values(contact_id=contact_id, requested_at=now, staff_id=staff_id)
        .on_conflict_do_nothing(index_elements=["contact_id"])
    )


def is_requested(session: Session, *, contact_id: int) -> bool:
    """Whether a person is about to be erased."""
    return session.get(ErasureRequest, contact_id) is not None


def carry_out(session: Session, *, now: datetime) -> Erased:
    """Erase those who are to be erased and whose conversations are at rest. Safe in several workers at once."""
    due = session.scalars(
        select(ErasureRequest.contact_id)
        .where(
            or_(ErasureRequest.requested_at <= now - AT_LATEST, ~_in_conversation(now)),
        )
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return Erased(contacts=0, media=())
    return erase_contacts(session, contact_ids=due, now=now)


def _in_conversation(now: datetime) -> ColumnElement[bool]:
    """Something was said just now, or waits to be answered or sent."""
    person = ErasureRequest.contact_id
    talks = select(Conversation.id).where(Conversation.contact_id == person)
    return or_(
        exists().where(Conversation.contact_id == person, Conversation.last_activity_at > now - QUIET),
        exists().where(InboundMessage.conversation_id.in_(talks), InboundMessage.outcome.is_(None)),
    )


def _free_places(session: Session, contact_id: int, now: datetime) -> None:
    waiting_list.leave_all(session, contact_id=contact_id, now=now)
    for booking in bookings.active(session, contact_id=contact_id, now=now):
        bookings.cancel(session, booking_id=booking.id, contact_id=contact_id, now=now)


def _delete(session: Session, contacts: Sequence[int]) -> tuple[str, ...]:
    talks = personal_data.conversations_of(session, contacts)
    turns = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    media = session.scalars(
        select(MediaFile.name).where(MediaFile.inbound_id.in_(turns), MediaFile.name.is_not(None))
    ).all()
    for model, belongs in personal_data.belongings(contacts):
        session.execute(delete(model).where(belongs).execution_options(synchronize_session=False))
    names = [str(talk) for talk in talks]
    session.execute(text("DELETE FROM rasa.events WHERE sender_id = ANY(:names)"), {"names": names})
    return tuple(name for name in media if name)
