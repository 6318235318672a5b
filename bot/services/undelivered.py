"""Messages that failed for good or of which nobody knows: shown to the staff until one of them has seen to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from bot.core.errors import Conflict, NotFound
from bot.core.messages import Channel, DeliveryStatus
from bot.core.sending_rules import is_over
from bot.services import messages
from bot.store.models import Contact, Conversation, OutboundMessage

PAGE_SIZE = 25
FAILED = tuple(
    status.value for status in (DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.UNKNOWN)
)
AS_WISHED = ("void", "opted_out")
"""Codes of messages that were not sent because nobody wants them any more: there is nothing to see to."""


class SeenTo(Conflict):
    """Somebody has seen to this message already, or it arrived after all."""


class TooLate(Conflict):
    """What the message says is over: sending it again helps nobody."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message. ``conversation_id`` is where the person can be read and written to, None where they never wrote."""

    outbound_id: int
    conversation_id: int | None
    contact_id: int
    profile_name: str | None
    number: str | None
    channel: Channel
    kind: str
    status: str
    code: str | None
    text: str
    at: datetime
    may_be_sent_again: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of them, latest first; pages are counted from 1."""

    rows: tuple[Line, ...]
    page: int
    has_next: bool
    total: int


def page(session: Session, *, now: datetime, number: int = 1) -> Page:
    """What is to be seen to."""
    total = session.scalar(select(func.count()).select_from(_open().subquery())) or 0
    query = _open().order_by(OutboundMessage.id.desc()).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    found = session.scalars(query).all()
    shown = found[:PAGE_SIZE]
    talks = _latest_talks(session, {row.contact_id for row in shown})
    rows = tuple(_line(session, row, talks.get(row.contact_id), now) for row in shown)
    return Page(rows=rows, page=number, has_next=len(found) > PAGE_SIZE, total=total)


def send_again(session: Session, *, outbound_id: int, staff_id: int, now: datetime) -> int:
    """Store the message anew, by decision of a person; its new id. Raises SeenTo, TooLate or NotFound."""
    row = _locked(session, outbound_id)
    if row.expires_at is not None and now >= row.expires_at:
        raise TooLate(f"outbound message {outbound_id}")
    anew = messages.replace(session, row, now=now)
    row.handled_at, row.handled_by = now, staff_id
    return anew


def seen_to(session: Session, *, outbound_id: int, staff_id: int, now: datetime) -> None:
    """Somebody has called the person, or otherwise done what was needed. Raises SeenTo or NotFound."""
    row = _locked(session, outbound_id)
    row.handled_at, row.handled_by = now, staff_id


def _open() -> Select[OutboundMessage]:
    return select(OutboundMessage).where(
        OutboundMessage.status.in_(FAILED),
        OutboundMessage.handled_at.is_(None),
        func.coalesce(OutboundMessage.error_code, "").not_in(AS_WISHED),
    )


def _locked(session: Session, outbound_id: int) -> OutboundMessage:
    row = session.get(OutboundMessage, outbound_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"outbound message {outbound_id}")
    if row.status not in FAILED or row.handled_at is not None:
        raise SeenTo(f"outbound message {outbound_id}")
    return row


def _latest_talks(session: Session, contact_ids: Collection[int]) -> dict[int, Conversation]:
    """The liveliest conversation of each contact that has one, with its address."""
    found = session.scalars(
        select(Conversation)
        .ext(distinct_on(Conversation.contact_id))
        .options(joinedload(Conversation.address))
        .where(Conversation.contact_id.in_(contact_ids))
        .order_by(Conversation.contact_id, Conversation.last_activity_at.desc())
    )
    return {talk.contact_id: talk for talk in found}


def _line(session: Session, row: OutboundMessage, talk: Conversation | None, now: datetime) -> Line:
    on_telegram = row.channel == Channel.TELEGRAM.value
    return Line(
        outbound_id=row.id,
        conversation_id=row.conversation_id or (talk.id if talk else None),
        contact_id=row.contact_id,
        profile_name=talk.address.profile_name if talk else None,
        number=session.get_one(Contact, row.contact_id).phone if on_telegram else row.address,
        channel=Channel(row.channel),
        kind=row.kind,
        status=row.status,
        code=row.error_code,
        text=row.text,
        at=row.created_at,
        may_be_sent_again=bool(row.text) and not _is_past(row, now),
    )


def _is_past(row: OutboundMessage, now: datetime) -> bool:
    if row.expires_at is not None:
        return now >= row.expires_at
    return is_over(kind=row.kind, created_at=row.created_at, expires_at=None, now=now) and row.kind != "coach"
