"""Handing a conversation to a person of the staff, and back. One atomic step: from then on the assistant is silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.bubbles import Bubble
from bot.core.errors import Conflict, NotFound
from bot.core.locales import variety_or_default
from bot.core.routing import Talker
from bot.core.texts import Texts
from bot.services import messages
from bot.store.models import Conversation, Handoff


class TakenByAnother(Conflict):
    """Another coach holds this conversation."""


class NotHeld(Conflict):
    """Only the coach who holds a conversation may answer in it or give it back."""


def request(session: Session, *, conversation_id: int, reason: str, now: datetime) -> Handoff:
    """Put a conversation into the waiting line; one that waits or is held already stays as it is."""
    conversation = _locked(session, conversation_id)
    known = open_handoff(session, conversation_id)
    if known is not None:
        return known
    handoff = Handoff(conversation_id=conversation_id, reason=reason, requested_at=now)
    conversation.talker = Talker.WAITING.value
    session.add(handoff)
    session.flush()
    return handoff


def take(session: Session, *, conversation_id: int, staff_id: int, now: datetime) -> Handoff:
    """A coach takes a conversation, waiting or not. Two cannot take the same: the second gets TakenByAnother."""
    conversation = _locked(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None:
        handoff = Handoff(conversation_id=conversation_id, reason="taken", requested_at=now)
        session.add(handoff)
    if handoff.staff_id not in (None, staff_id):
        raise TakenByAnother(f"conversation {conversation_id} is held by another coach")
    handoff.staff_id = staff_id
    handoff.taken_at = handoff.taken_at or now
    conversation.talker = Talker.COACH.value
    session.flush()
    return handoff


def answer(
    session: Session, *, conversation_id: int, staff_id: int, text: str, now: datetime
) -> tuple[int, ...]:
    """A coach writes to the person. Raises NotHeld where somebody else, or nobody, holds the conversation."""
    conversation = _locked(session, conversation_id)
    _held_by(session, conversation_id, staff_id)
    bubble = Bubble(text=text)
    return messages.reply(
        session, conversation=conversation, bubbles=[bubble], now=now, kind="coach", staff_id=staff_id
    )


def give_back(session: Session, *, conversation_id: int, staff_id: int, texts: Texts, now: datetime) -> None:
    """The assistant resumes, with one sentence. Raises NotHeld."""
    conversation = _locked(session, conversation_id)
    handoff = _held_by(session, conversation_id, staff_id)
    handoff.closed_at = now
    conversation.talker = Talker.ASSISTANT.value
    variety = variety_or_default(conversation.contact.variety)
    bubble = Bubble(text=texts.say("notice_given_back", variety))
    messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="notice")


def open_handoff(session: Session, conversation_id: int) -> Handoff | None:
    """The handoff that is not closed yet, if any."""
    return session.scalar(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    )


def _locked(session: Session, conversation_id: int) -> Conversation:
    conversation = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    return conversation


def _held_by(session: Session, conversation_id: int, staff_id: int) -> Handoff:
    handoff = open_handoff(session, conversation_id)
    if handoff is None or handoff.staff_id != staff_id:
        raise NotHeld(f"conversation {conversation_id} is not held by staff {staff_id}")
    return handoff
