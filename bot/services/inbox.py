"""What staff see of the conversations before they open one: who waits, who is theirs, who is there at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.core.messages import Channel
from bot.services import inbox_search
from bot.store.models import (
    ContactAddress,
    Conversation,
    ConversationSeen,
    Handoff,
    InboundMessage,
    OutboundMessage,
    Staff,
)

PAGE_SIZE = 30


class Tab(StrEnum):
    """The lists of the inbox."""

    WAITING = "waiting"
    MINE = "mine"
    ALL = "all"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many conversations each list holds."""

    waiting: int
    mine: int
    all: int
    closed: int


@dataclass(frozen=True, kw_only=True)
class LastMessage:
    """The newest message of a conversation, in a search the newest that was looked for. ``kind`` is an
    :class:`bot.core.messages.InboundKind` or an outbound kind.
    """

    text: str
    kind: str
    at: datetime
    from_person: bool


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """One conversation in a list. ``since`` is what its age is counted from: the request for a person, else
    the last activity. ``unread`` counts what neither the assistant has answered nor this member of the staff has seen.
    """

    conversation_id: int
    channel: Channel
    address: str
    profile_name: str | None
    talker: str
    reason: str | None
    holder: str | None
    mine: bool
    urgent: bool
    speciality: str | None
    unread: int
    since: datetime
    last: LastMessage | None


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """One page of a list; pages are counted from 1."""

    rows: tuple[InboxRow, ...]
    page: int
    has_next: bool


def counts(session: Session, *, staff_id: int) -> Counts:
    """The sizes of the lists for one member of the staff."""
    is_open = Handoff.closed_at.is_(None)
    conversations = select(func.count()).select_from(Conversation)
    waiting, mine, total, closed = session.execute(
        select(
            func.count().filter(is_open, Handoff.staff_id.is_(None)),
            func.count().filter(is_open, Handoff.staff_id == staff_id),
            conversations.scalar_subquery(),
            conversations.where(_was_closed()).scalar_subquery(),
        ).select_from(Handoff)
    ).one()
    return Counts(waiting=waiting, mine=mine, all=total, closed=closed)


def page(session: Session, *, tab: Tab, staff_id: int, number: int = 1, looked_for: str = "") -> InboxPage:
    """One page of a list: what is urgent and who waits longest comes first in ``WAITING``, the liveliest conversation in the
    others. ``looked_for`` keeps those in whose names or messages all its words occur.
    """
    query = _of_tab(tab, staff_id)
    if looked_for.strip():
        query = query.where(inbox_search.holds(looked_for))
    query = query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)
    found = session.execute(query).all()
    shown = found[:PAGE_SIZE]
    ids = [conversation.id for conversation, _, _, _ in shown]
    last, unread = _last_messages(session, ids), _unread(session, ids, staff_id)
    if looked_for.strip():
        # What was looked for tells more than what was said last.
        last |= _newest(*inbox_search.messages_meant(session, ids, looked_for))
    rows = tuple(
        _row(conversation, address, handoff, holder, last.get(conversation.id), staff_id, unread)
        for conversation, address, handoff, holder in shown
    )
    return InboxPage(rows=rows, page=number, has_next=len(found) > PAGE_SIZE)


def _of_tab(tab: Tab, staff_id: int) -> Select[Conversation, ContactAddress, Handoff, Staff]:
    query = (
        select(Conversation, ContactAddress, Handoff, Staff)
        .join(ContactAddress, ContactAddress.id == Conversation.address_id)
        .outerjoin(Handoff, (Handoff.conversation_id == Conversation.id) & Handoff.closed_at.is_(None))
        .outerjoin(Staff, Staff.id == Handoff.staff_id)
    )
    latest_first = (Conversation.last_activity_at.desc(), Conversation.id.desc())
    if tab is Tab.WAITING:
        waiting = query.where(Handoff.id.is_not(None), Handoff.staff_id.is_(None))
        return waiting.order_by(Handoff.urgent.desc(), Handoff.waiting_since, Handoff.id)
    if tab is Tab.MINE:
        return query.where(Handoff.staff_id == staff_id).order_by(Handoff.urgent.desc(), *latest_first)
    if tab is Tab.CLOSED:
        return query.where(_was_closed()).order_by(*latest_first)
    return query.order_by(*latest_first)


def _was_closed() -> ColumnElement[bool]:
    """Conversations that people of the staff had and have no more."""
    of_it = Handoff.conversation_id == Conversation.id
    handed = select(Handoff.conversation_id).where(Handoff.closed_at.is_not(None))
    still = exists().where(of_it, Handoff.closed_at.is_(None)).correlate(Conversation)
    return Conversation.id.in_(handed) & ~still


def _unread(session: Session, conversation_ids: Sequence[int], staff_id: int) -> dict[int, int]:
    seen = (
        select(ConversationSeen.inbound_id)
        .where(
            ConversationSeen.staff_id == staff_id,
            ConversationSeen.conversation_id == InboundMessage.conversation_id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(InboundMessage.conversation_id, func.count())
        .join(Handoff, Handoff.conversation_id == InboundMessage.conversation_id)
        .where(
            InboundMessage.conversation_id.in_(conversation_ids),
            Handoff.closed_at.is_(None),
            InboundMessage.outcome.is_distinct_from("answered"),
            InboundMessage.id > func.coalesce(seen, 0),
        )
        .group_by(InboundMessage.conversation_id)
    )
    return {row[0]: row[1] for row in rows}


def _row(
    conversation: Conversation,
    address: ContactAddress,
    handoff: Handoff | None,
    holder: Staff | None,
    last: LastMessage | None,
    staff_id: int,
    unread: Mapping[int, int],
) -> InboxRow:
    waits = handoff is not None and holder is None
    return InboxRow(
        conversation_id=conversation.id,
        channel=Channel(address.channel),
        address=address.address,
        profile_name=address.profile_name,
        talker=conversation.talker,
        reason=handoff.reason if handoff else None,
        holder=holder.display_name if holder else None,
        mine=holder is not None and holder.id == staff_id,
        urgent=handoff is not None and handoff.urgent,
        speciality=handoff.speciality if handoff else None,
        unread=unread.get(conversation.id, 0),
        since=handoff.waiting_since if handoff and waits else conversation.last_activity_at,
        last=last,
    )


def _last_messages(session: Session, conversation_ids: Sequence[int]) -> dict[int, LastMessage]:
    inbound = session.scalars(
        select(InboundMessage)
        .ext(distinct_on(InboundMessage.conversation_id))
        .where(InboundMessage.conversation_id.in_(conversation_ids))
        .order_by(InboundMessage.conversation_id, InboundMessage.id.desc())
    )
    outbound = session.scalars(
        select(OutboundMessage)
        .ext(distinct_on(OutboundMessage.conversation_id))
        .where(OutboundMessage.conversation_id.in_(conversation_ids))
        .order_by(OutboundMessage.conversation_id, OutboundMessage.id.desc())
    )
    return _newest(inbound, outbound)


def _newest(inbound: Iterable[InboundMessage], outbound: Iterable[OutboundMessage]) -> dict[int, LastMessage]:
    newest: dict[int, LastMessage] = {}
    for received in inbound:
        newest[received.conversation_id] = LastMessage(
            text=received.text, kind=received.kind, at=received.received_at, from_person=True
        )
    for sent in outbound:
        known = newest.get(sent.conversation_id or 0)
        if sent.conversation_id is not None and (known is None or sent.created_at >= known.at):
            newest[sent.conversation_id] = LastMessage(
                text=sent.text, kind=sent.kind, at=sent.created_at, from_person=False
            )
    return newest
