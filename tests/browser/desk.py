"""What a busy day brings, among the made-up people: so that each page of the desk has something to show."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from bot.core.handoff_rules import Reason
from bot.core.messages import Channel
from bot.core.routing import Talker
from bot.services import coach_notes, desk_settings, handoffs, labelling
from bot.services.desk_settings import Desk
from bot.store import queue
from bot.store.models import Booking, ContactAddress, Conversation, Handoff, InboundMessage, Staff

LABELS = (labelling.Reason.REFUSED, labelling.Reason.CORRECTED, labelling.Reason.HANDED_OVER)


def busy_day(session: Session, *, now: datetime) -> None:
    """Somebody in distress, a conversation in each organiser's hands, messages to label, a job that failed."""
    desk_settings.save(session, Desk(hours={"0": ["08:30", "16:30"]}, emergency_line="0500 000 000"))
    talks = _lively(session, now)
    for username, talk in zip(("organiser-fr", "organiser-ar"), talks, strict=False):
        _hold(session, talk, username, now)
    handoffs.request(
        session, conversation_id=talks[2].id, reason=Reason.DISTRESS, now=now - timedelta(minutes=4)
    )
    messages = session.scalars(
        select(InboundMessage).where(InboundMessage.kind == "text").order_by(InboundMessage.id).limit(6)
    ).all()
    for number, message in enumerate(messages):
        reason = LABELS[number % len(LABELS)]
        labelling.queue(session, message_id=message.id, reason=reason, now=now, guess="ask_cost")
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 5"))
    session.execute(
        text(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES (:queue, :task, jsonb_build_object('inbound_id', CAST(:id AS bigint)), 'failed', 5)"
        ),
        {"queue": queue.TALK_QUEUE, "task": queue.INBOUND_TASK, "id": messages[0].id},
    )


def _lively(session: Session, now: datetime) -> list[Conversation]:
    """Conversations of today on WhatsApp, those of people who are booked first."""
    booked = select(Booking.contact_id).where(Booking.status == "active")
    return list(
        session.scalars(
            select(Conversation)
            .join(ContactAddress, ContactAddress.id == Conversation.address_id)
            .where(ContactAddress.channel == Channel.WHATSAPP.value)
            .where(Conversation.talker == Talker.ASSISTANT.value)
            .where(Conversation.last_inbound_at > now - timedelta(days=20))
            .order_by(Conversation.contact_id.in_(booked).desc(), Conversation.id)
            .limit(3)
        )
    )


def _hold(session: Session, talk: Conversation, username: str, now: datetime) -> None:
    staff_id = session.scalars(select(Staff.id).where(Staff.username == username)).one()
    talk.last_inbound_at = now - timedelta(hours=2)
    handoffs.take(session, conversation_id=talk.id, staff_id=staff_id, now=now - timedelta(hours=1))
    handoffs.answer(
        session,
        conversation_id=talk.id,
        staff_id=staff_id,
        text="Bonjour, je suis là. Que puis-je faire pour vous ?",
        now=now - timedelta(minutes=50),
    )
    coach_notes.write(
        session,
        conversation_id=talk.id,
        staff_id=staff_id,
        text="Veut venir avec sa sœur. À rappeler jeudi.",
        now=now - timedelta(minutes=45),
    )


def held_by(username: str) -> Select[int]:
    """The conversation that somebody of the staff holds."""
    return (
        select(Handoff.conversation_id)
        .join(Staff, Staff.id == Handoff.staff_id)
        .where(Staff.username == username, Handoff.closed_at.is_(None))
        .order_by(Handoff.taken_at.desc())
    )
