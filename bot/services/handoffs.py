"""Handing a conversation to a person of the staff, and back. One atomic step: from then on the assistant is silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.bubbles import Bubble
from bot.core.errors import Conflict, InvalidInput, NotFound
from bot.core.handoff_rules import SPECIALITIES, URGENT, Reason
from bot.core.locales import variety_or_default
from bot.core.roles import COACHES, Role
from bot.core.routing import Talker
from bot.core.texts import Texts
from bot.services import messages
from bot.store.models import Booking, Conversation, Handoff, Staff


class TakenByAnother(Conflict):
    """Another coach holds this conversation."""


class NotHeld(Conflict):
    """Only the coach who holds a conversation may answer in it or give it back."""


class CannotTake(InvalidInput):
    """A conversation cannot be handed to this member of the staff, or for this speciality."""


def request(session: Session, *, conversation_id: int, reason: Reason | str, now: datetime) -> Handoff:
    """Put a conversation into the waiting line; one that waits or is held stays there, and becomes urgent where ``reason`` is.

    Who went on with the assistant meanwhile is waiting again.
    """
    why = Reason(reason)
    conversation = _locked(session, conversation_id)
    known = open_handoff(session, conversation_id)
    if known is not None:
        if why in URGENT and not known.urgent:
            known.urgent, known.reason, known.alerted_at = True, why.value, None
        if known.staff_id is None:
            conversation.talker = Talker.WAITING.value
        return known
    handoff = Handoff(
        conversation_id=conversation_id,
        reason=why.value,
        urgent=why in URGENT,
        requested_at=now,
        waiting_since=now,
    )
    conversation.talker = Talker.WAITING.value
    session.add(handoff)
    session.flush()
    return handoff


def take(session: Session, *, conversation_id: int, staff_id: int, now: datetime) -> Handoff:
    """A coach takes a conversation, waiting or not. Two cannot take the same: the second gets TakenByAnother."""
    conversation = _locked(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None:
        handoff = Handoff(
            conversation_id=conversation_id,
            reason=Reason.TAKEN.value,
            urgent=False,
            requested_at=now,
            waiting_since=now,
        )
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
    conversation, handoff = hold(session, conversation_id=conversation_id, staff_id=staff_id)
    handoff.first_answer_at = handoff.first_answer_at or now
    bubble = Bubble(text=text)
    return messages.reply(
        session, conversation=conversation, bubbles=[bubble], now=now, kind="coach", staff_id=staff_id
    )


def transfer_to(
    session: Session, *, conversation_id: int, staff_id: int, colleague_id: int, now: datetime
) -> None:
    """Another coach holds the conversation from now on. Raises NotHeld or CannotTake."""
    _, handoff = hold(session, conversation_id=conversation_id, staff_id=staff_id)
    colleague = session.get(Staff, colleague_id)
    if colleague is None or colleague.disabled_at is not None or Role(colleague.role) not in COACHES:
        raise CannotTake(f"staff {colleague_id} does not talk with people")
    handoff.staff_id, handoff.taken_at = colleague_id, now
    session.flush()


def transfer_to_speciality(
    session: Session, *, conversation_id: int, staff_id: int, speciality: str, now: datetime
) -> None:
    """The conversation waits for a coach of this speciality; the assistant stays silent. Raises NotHeld or CannotTake."""
    conversation, handoff = hold(session, conversation_id=conversation_id, staff_id=staff_id)
    if speciality not in SPECIALITIES:
        raise CannotTake(f"there is no speciality {speciality}")
    handoff.speciality = speciality
    wait_again(conversation, handoff, now)
    session.flush()


def wait_again(conversation: Conversation, handoff: Handoff, now: datetime) -> None:
    """Back into the waiting line, from now on; coaches are told anew."""
    handoff.staff_id, handoff.taken_at = None, None
    handoff.waiting_since, handoff.alerted_at, handoff.escalated_at = now, None, None
    conversation.talker = Talker.WAITING.value


def give_back(session: Session, *, conversation_id: int, staff_id: int, texts: Texts, now: datetime) -> None:
    """The assistant resumes, with one sentence that also says what was booked meanwhile. Raises NotHeld."""
    conversation, handoff = hold(session, conversation_id=conversation_id, staff_id=staff_id)
    close(session, conversation, handoff, by="coach", notice="notice_given_back", texts=texts, now=now)


def close(
    session: Session,
    conversation: Conversation,
    handoff: Handoff,
    *,
    by: str,
    notice: str,
    texts: Texts,
    now: datetime,
) -> None:
    """End a handoff of a locked conversation, with the words of ``notice``."""
    handoff.closed_at, handoff.closed_by = now, by
    conversation.talker = Talker.ASSISTANT.value
    variety = variety_or_default(conversation.contact.variety)
    said = [texts.say(notice, variety)]
    for booking in _agreed(session, conversation, handoff):
        values = {"starts_at": booking.appointment_time.starts_at, "code": booking.code}
        said.append(texts.say("notice_agreed", variety, values))
    bubble = Bubble(text="\n".join(said))
    messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="notice")


def _agreed(session: Session, conversation: Conversation, handoff: Handoff) -> Sequence[Booking]:
    """The person's appointments that were made or moved while a coach was there."""
    return session.scalars(
        select(Booking)
        .where(
            Booking.contact_id == conversation.contact_id,
            Booking.status == "active",
            Booking.changed_at >= (handoff.taken_at or handoff.requested_at),
        )
        .order_by(Booking.id)
    ).all()


def release(session: Session, *, staff_id: int, to_staff_id: int | None, now: datetime) -> None:
    """A coach leaves: what they hold waits again, or goes to the colleague ``to_staff_id``. Raises CannotTake."""
    held = select(Handoff.conversation_id).where(Handoff.staff_id == staff_id, Handoff.closed_at.is_(None))
    for conversation_id in session.scalars(held.order_by(Handoff.conversation_id)).all():
        if to_staff_id is not None:
            transfer_to(
                session,
                conversation_id=conversation_id,
                staff_id=staff_id,
                colleague_id=to_staff_id,
                now=now,
            )
            continue
        conversation, handoff = hold(session, conversation_id=conversation_id, staff_id=staff_id)
        wait_again(conversation, handoff, now)
    session.flush()


def open_handoff(session: Session, conversation_id: int) -> Handoff | None:
    """The handoff that is not closed yet, if any."""
    return session.scalar(
        select(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
        .execution_options(populate_existing=True)
    )


def hold(session: Session, *, conversation_id: int, staff_id: int) -> tuple[Conversation, Handoff]:
    """The conversation that this coach holds, locked until the transaction ends. Raises NotHeld or NotFound."""
    conversation = _locked(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None or handoff.staff_id != staff_id:
        raise NotHeld(f"conversation {conversation_id} is not held by staff {staff_id}")
    return conversation, handoff


def _locked(session: Session, conversation_id: int) -> Conversation:
    session.flush()
    conversation = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    return conversation
