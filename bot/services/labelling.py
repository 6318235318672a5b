"""Learning from use: messages that were refused, corrected or handed over wait for a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput, NotFound
from bot.core.locales import Variety
from bot.core.mask_rules import masked
from bot.core.messages import InboundKind
from bot.store.models import Booking, Conversation, InboundMessage, LabelCandidate

PAGE_SIZE = 20
KEPT_WAITING = timedelta(days=90)
KEPT_DONE = timedelta(days=30)
RECENT = timedelta(minutes=30)
"""A message before a request for a coach is part of its cause if it is not older than this."""


class Reason(StrEnum):
    """Why a message is worth a look."""

    REFUSED = "refused"
    CORRECTED = "corrected"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, kw_only=True)
class CandidatesPage:
    """One page of what waits, oldest first; pages are counted from 1."""

    rows: tuple[LabelCandidate, ...]
    page: int
    has_next: bool
    total: int


def queue(
    session: Session,
    *,
    message_id: int,
    reason: Reason,
    now: datetime,
    guess: str | None = None,
    variety: str | None = None,
) -> None:
    """Put a message into the line, once. What a person chose is worth more than what was guessed; a label is not touched."""
    inbound = session.get(InboundMessage, message_id)
    if inbound is None or inbound.kind not in (InboundKind.TEXT.value, InboundKind.MEDIA.value):
        return
    text = masked(inbound.text, _names(session, inbound.conversation_id)).lstrip("/ ")
    if not any(letter.isalpha() for letter in text):
        return
    values = {"reason": reason.value, "guess": guess}
    statement = insert(LabelCandidate).values(
        inbound_id=message_id,
        text=text,
        variety=variety or inbound.variety,
        queued_at=now,
        state="waiting",
        **values,
    )
    if reason is Reason.CORRECTED:
        waiting = LabelCandidate.state == "waiting"
        statement = statement.on_conflict_do_update(index_elements=["inbound_id"], set_=values, where=waiting)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=["inbound_id"])
    session.execute(statement)


def queue_before(session: Session, *, message_id: int, now: datetime) -> None:
    """The answered message before one that asks for a person: perhaps it was answered wrongly."""
    here = session.get_one(InboundMessage, message_id)
    before = session.scalar(
        select(InboundMessage)
        .where(
            InboundMessage.conversation_id == here.conversation_id,
            InboundMessage.id < message_id,
            InboundMessage.outcome == "answered",
            InboundMessage.received_at >= now - RECENT,
        )
        .order_by(InboundMessage.id.desc())
        .limit(1)
    )
    if before is not None:
        queue(session, message_id=before.id, reason=Reason.HANDED_OVER, now=now, guess=before.intent)


def _names(session: Session, conversation_id: int) -> list[str]:
    conversation = session.get_one(Conversation, conversation_id)
    booked = session.scalars(select(Booking.name).where(Booking.contact_id == conversation.contact_id))
    return [conversation.address.profile_name or "", *booked]


def waiting(session: Session, *, number: int = 1) -> CandidatesPage:
    """One page of what waits for a label."""
    line = select(LabelCandidate).where(LabelCandidate.state == "waiting").order_by(LabelCandidate.id)
    found = session.scalars(line.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
    total = session.scalar(
        select(func.count()).select_from(LabelCandidate).where(LabelCandidate.state == "waiting")
    )
    return CandidatesPage(
        rows=tuple(found[:PAGE_SIZE]), page=number, has_next=len(found) > PAGE_SIZE, total=total or 0
    )


def label(
    session: Session, *, candidate_id: int, intent: str, variety: str, staff_id: int, now: datetime
) -> None:
    """Say what a message meant. Raises NotFound where it does not wait any more, InvalidInput for a variety that is none."""
    if variety not in {known.value for known in Variety}:
        raise InvalidInput(f"'{variety}' is no variety")
    candidate = _waiting(session, candidate_id)
    candidate.intent, candidate.variety = intent, variety
    candidate.state, candidate.staff_id, candidate.labelled_at = "labelled", staff_id, now


def discard(session: Session, *, candidate_id: int, staff_id: int, now: datetime) -> None:
    """There is nothing to learn from a message. Raises NotFound."""
    candidate = _waiting(session, candidate_id)
    candidate.state, candidate.staff_id, candidate.labelled_at = "discarded", staff_id, now


def _waiting(session: Session, candidate_id: int) -> LabelCandidate:
    candidate = session.get(LabelCandidate, candidate_id, with_for_update=True)
    if candidate is None or candidate.state != "waiting":
        raise NotFound(f"message {candidate_id} does not wait for a label")
    return candidate


def to_export(session: Session) -> Sequence[LabelCandidate]:
    """What has a label and was not written to the training sentences yet, oldest first."""
    return session.scalars(
        select(LabelCandidate)
        .where(LabelCandidate.state == "labelled", LabelCandidate.exported_at.is_(None))
        .order_by(LabelCandidate.id)
    ).all()


def forget(session: Session, *, now: datetime) -> int:
    """Delete what nobody labelled in three months, and what was dealt with a month ago; how many."""
    old = delete(LabelCandidate).where(
        ((LabelCandidate.state == "waiting") & (LabelCandidate.queued_at < now - KEPT_WAITING))
        | ((LabelCandidate.state == "discarded") & (LabelCandidate.labelled_at < now - KEPT_DONE))
        | (LabelCandidate.exported_at < now - KEPT_DONE)
    )
    gone = session.scalars(
        old.returning(LabelCandidate.id), execution_options={"synchronize_session": False}
    ).all()
    return len(gone)
