"""One conversation as staff see it: what was said, by whom, and what is known of the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from bot.core.errors import NotFound
from bot.core.media_rules import shown_as
from bot.core.messages import Channel
from bot.core.texts import CASABLANCA
from bot.services import attachments, handoffs
from bot.store.models import (
    AppointmentTime,
    Booking,
    Conversation,
    Idea,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    Staff,
)

PAGE_SIZE = 60


class Author(StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    ASSISTANT = "assistant"
    COACH = "coach"
    REMINDER = "reminder"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Something that came with a message. ``shown`` is how (:class:`bot.core.media_rules.Shown`), None where it is not there;
    ``status`` then says why.
    """

    id: int
    shown: str | None
    status: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One message. ``kind`` says what an inbound one is; ``status`` how far an outbound one came;
    ``author_name`` names a coach.
    """

    key: str
    author: Author
    author_name: str | None
    text: str
    kind: str
    at: datetime
    channel: Channel
    status: str | None = None
    buttons: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    shared_phone: str | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def day(self) -> date:
        """The day of the message in Africa/Casablanca."""
        return self.at.astimezone(CASABLANCA).date()


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Messages, oldest first. ``earlier`` is the moment before which there are more, None where there are
    none.
    """

    entries: tuple[Entry, ...]
    earlier: datetime | None


@dataclass(frozen=True, kw_only=True)
class Header:
    """State of a conversation. ``holder_id`` and ``holder`` are the coach's who has it; ``phone`` is the
    contact's mobile in E.164.
    """

    conversation_id: int
    contact_id: int
    channel: Channel
    address: str
    profile_name: str | None
    phone: str | None
    variety: str | None
    talker: str
    reason: str | None
    urgent: bool
    requested_at: datetime | None
    holder_id: int | None
    holder: str | None
    last_inbound_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a coach should know: active bookings that lie ahead, soonest first, and ideas, latest first."""

    bookings: tuple[Booking, ...]
    ideas: tuple[Idea, ...]


def header(session: Session, *, conversation_id: int) -> Header:
    """The state of a conversation now. Raises NotFound."""
    conversation = session.get(
        Conversation,
        conversation_id,
        options=[joinedload(Conversation.address), joinedload(Conversation.contact)],
    )
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    handoff = handoffs.open_handoff(session, conversation_id)
    return Header(
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        channel=Channel(conversation.address.channel),
        address=conversation.address.address,
        profile_name=conversation.address.profile_name,
        phone=conversation.contact.phone,
        variety=conversation.contact.variety,
        talker=conversation.talker,
        reason=handoff.reason if handoff else None,
        urgent=handoff is not None and handoff.urgent,
        requested_at=handoff.requested_at if handoff else None,
        holder_id=handoff.staff_id if handoff else None,
        holder=handoff.staff.display_name if handoff and handoff.staff else None,
        last_inbound_at=conversation.last_inbound_at,
    )


def contact_of(session: Session, *, conversation_id: int) -> int:
    """Whose conversation this is. Raises NotFound."""
    found = session.scalar(select(Conversation.contact_id).where(Conversation.id == conversation_id))
    if found is None:
        raise NotFound(f"conversation {conversation_id}")
    return found


def hold_still(session: Session, *, conversation_id: int) -> None:
    """Let nobody else change this conversation until the transaction ends."""
    session.execute(select(Conversation.id).where(Conversation.id == conversation_id).with_for_update())


def summary(session: Session, *, contact_id: int, now: datetime) -> Summary:
    """The contact's bookings and ideas."""
    booked = session.scalars(
        select(Booking)
        .join(Booking.appointment_time)
        .options(joinedload(Booking.appointment_time).joinedload(AppointmentTime.stop))
        .where(Booking.contact_id == contact_id, Booking.status == "active", AppointmentTime.starts_at >= now)
        .order_by(AppointmentTime.starts_at)
    ).all()
    told = session.scalars(select(Idea).where(Idea.contact_id == contact_id).order_by(Idea.id.desc())).all()
    return Summary(bookings=tuple(booked), ideas=tuple(told))


def read(
    session: Session,
    *,
    conversation_id: int,
    contact_id: int,
    before: datetime | None = None,
    limit: int = PAGE_SIZE,
) -> Timeline:
    """The newest messages, or the newest ``before`` a moment; reminders to the contact by SMS are among
    them.
    """
    received = _inbound(session, conversation_id, before, limit + 1)
    sent = _outbound(session, conversation_id, contact_id, before, limit + 1)
    files = attachments.of_messages(session, [message.id for message in received if message.media])
    entries = [_received(message, files.get(message.id, ())) for message in received]
    entries += [_sent(message, name) for message, name in sent]
    # Of one moment, what the person wrote comes first.
    entries.sort(key=lambda entry: (entry.at, entry.author is not Author.PERSON, int(entry.key[1:])))
    shown = entries[-limit:]
    earlier = shown[0].at if len(entries) > limit else None
    return Timeline(entries=tuple(shown), earlier=earlier)


def last_answer(session: Session, *, conversation_id: int, staff_id: int) -> OutboundMessage | None:
    """What this coach wrote last in this conversation."""
    return session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.conversation_id == conversation_id, OutboundMessage.staff_id == staff_id)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )


def _inbound(
    session: Session, conversation_id: int, before: datetime | None, limit: int
) -> Sequence[InboundMessage]:
    query = select(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
    if before is not None:
        query = query.where(InboundMessage.received_at < before)
    return session.scalars(
        query.order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc()).limit(limit)
    ).all()


def _outbound(
    session: Session, conversation_id: int, contact_id: int, before: datetime | None, limit: int
) -> Sequence[tuple[OutboundMessage, str | None]]:
    to_the_contact = OutboundMessage.conversation_id.is_(None) & (OutboundMessage.contact_id == contact_id)
    query = (
        select(OutboundMessage, Staff.display_name)
        .outerjoin(Staff, Staff.id == OutboundMessage.staff_id)
        .where(or_(OutboundMessage.conversation_id == conversation_id, to_the_contact))
    )
    if before is not None:
        query = query.where(OutboundMessage.created_at < before)
    newest_first = (OutboundMessage.created_at.desc(), OutboundMessage.id.desc())
    return [(row[0], row[1]) for row in session.execute(query.order_by(*newest_first).limit(limit))]


def _received(message: InboundMessage, files: Sequence[MediaFile]) -> Entry:
    return Entry(
        key=f"i{message.id}",
        author=Author.PERSON,
        author_name=None,
        text=message.text,
        kind=message.kind,
        at=message.received_at,
        channel=Channel(message.channel),
        latitude=message.latitude,
        longitude=message.longitude,
        shared_phone=message.shared_phone,
        attachments=tuple(_attachment(file) for file in files),
    )


def _attachment(file: MediaFile) -> Attachment:
    shown = shown_as(file.content_type or "") if file.status == "stored" else None
    return Attachment(id=file.id, shown=shown.value if shown else None, status=file.status)


def _sent(message: OutboundMessage, coach: str | None) -> Entry:
    author = {"coach": Author.COACH, "reminder": Author.REMINDER}.get(message.kind, Author.ASSISTANT)
    return Entry(
        key=f"o{message.id}",
        author=author,
        author_name=coach,
        text=message.text,
        kind=message.kind,
        at=message.created_at,
        channel=Channel(message.channel),
        status=message.status,
        buttons=tuple(str(button.get("title", "")) for button in message.buttons),
    )
