"""What coaches note for each other, and how far each has read; the person sees neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot.core.errors import InvalidInput
from bot.store.models import CoachNote, ConversationSeen, InboundMessage

LONGEST = 1000


class UnusableNote(InvalidInput):
    """Nothing was noted, or far too much."""


def write(session: Session, *, conversation_id: int, staff_id: int, text: str, now: datetime) -> None:
    """Add a note. Raises UnusableNote."""
    if not text or len(text) > LONGEST:
        raise UnusableNote("a note has one to a thousand characters")
    session.add(CoachNote(conversation_id=conversation_id, staff_id=staff_id, text=text, at=now))
    session.flush()


def of(session: Session, *, conversation_id: int) -> Sequence[CoachNote]:
    """The notes of a conversation, oldest first."""
    return session.scalars(
        select(CoachNote)
        .options(joinedload(CoachNote.staff))
        .where(CoachNote.conversation_id == conversation_id)
        .order_by(CoachNote.id)
    ).all()


def mark_seen(session: Session, *, conversation_id: int, staff_id: int) -> None:
    """This member of the staff has been shown everything there is so far."""
    newest = session.scalar(
        select(func.max(InboundMessage.id)).where(InboundMessage.conversation_id == conversation_id)
    )
    if newest is None:
        return
    values = {"staff_id": staff_id, "conversation_id": conversation_id, "inbound_id": newest}
    session.execute(
        insert(ConversationSeen)
        .values(values)
        .on_conflict_do_update(index_elements=["staff_id", "conversation_id"], set_={"inbound_id": newest})
    )
