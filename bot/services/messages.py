"""Answers: stored with what they answer, once, in order; and what is said to people otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core.bubbles import Bubble
from bot.core.errors import NotFound
from bot.core.messages import Channel
from bot.core.routing import Talker
from bot.core.sending_rules import policy_of
from bot.services import calm, outgoing
from bot.store import models, queue

SendNow = Callable[[Session, outgoing.Outgoing, models.Conversation], bool]
"""Offered what was stored for sending: whether it sees to it that it is sent; else a job does."""


def complete_turn(
    session: Session,
    *,
    inbound_id: int,
    outcome: str,
    bubbles: Sequence[Bubble],
    now: datetime,
    send_now: SendNow | None = None,
) -> tuple[int, ...]:
    """Store the answer and close the turn, together. A turn that is completed already stores nothing and returns ().

    If a coach took the conversation while the assistant was thinking, the assistant's words are dropped: it is silent from that
    instant, and what was asked before stays unsaid when the coach has given the conversation back meanwhile. The turn that itself
    asked for a coach still says so, unless one is there already.
    """
    found = opened_turn(session, inbound_id, lock=True)
    if found is None:
        return ()
    return close_turn(session, *found, outcome=outcome, bubbles=bubbles, now=now, send_now=send_now)


Open = tuple[models.InboundMessage, models.Conversation]


def opened_turn(session: Session, inbound_id: int, *, lock: bool = False) -> Open | None:
    """A turn that is open still and its conversation; None where it is completed already. Raises NotFound."""
    session.flush()
    query = (
        select(models.InboundMessage, models.Conversation)
        .join(models.Conversation, models.Conversation.id == models.InboundMessage.conversation_id)
        .options(joinedload(models.Conversation.address), joinedload(models.Conversation.contact))
        .where(models.InboundMessage.id == inbound_id)
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=(models.InboundMessage, models.Conversation))
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"inbound message {inbound_id}")
    inbound, conversation = found
    return (inbound, conversation) if inbound.outcome is None else None


def close_turn(
    session: Session,
    inbound: models.InboundMessage,
    conversation: models.Conversation,
    *,
    outcome: str,
    bubbles: Sequence[Bubble],
    now: datetime,
    send_now: SendNow | None = None,
) -> tuple[int, ...]:
    """As :func:`complete_turn`, of a turn that is locked."""
    with session.no_autoflush:
        taken_away = _taken_away(session, conversation, inbound)
    inbound.completed_at = now
    inbound.outcome = "to_coach" if taken_away else outcome
    if taken_away:
        return ()
    return reply(
        session, conversation=conversation, bubbles=bubbles, turn_id=inbound.id, now=now, send_now=send_now
    )


def _taken_away(session: Session, conversation: models.Conversation, inbound: models.InboundMessage) -> bool:
    talker = Talker(conversation.talker)
    if talker is Talker.WAITING:
        return not _asked_for_coach(session, inbound.id)
    return talker is Talker.COACH or calm.was_seen_to(session, inbound)


def _asked_for_coach(session: Session, inbound_id: int) -> bool:
    return session.get(models.TurnEffect, (inbound_id, "handoff")) is not None


def reply(
    session: Session,
    *,
    conversation: models.Conversation,
    bubbles: Sequence[Bubble],
    now: datetime,
    turn_id: int | None = None,
    kind: str = "reply",
    staff_id: int | None = None,
    expires_at: datetime | None = None,
    send_now: SendNow | None = None,
) -> tuple[int, ...]:
    """Store what is said in a conversation, merged to as few messages as fit, with the jobs that send them.

    None is sent any more after ``expires_at``. The first is offered to ``send_now``.
    """
    conversation.last_activity_at = now
    said = outgoing.in_chat(
        conversation,
        bubbles,
        kind=kind,
        now=now,
        expires_at=expires_at,
        turn_id=turn_id,
        staff_id=staff_id,
    )
    if said and send_now is not None and send_now(session, said[0], conversation):
        return (said[0].row.id, *outgoing.store(session, said[1:]))
    return outgoing.store(session, said)


def send_sms(
    session: Session,
    *,
    contact_id: int,
    phone_number: str,
    text: str,
    kind: str,
    now: datetime,
    expires_at: datetime,
    replaces_id: int | None = None,
) -> int:
    """Store an SMS to a Moroccan mobile (E.164) with its job. It is not sent any more after ``expires_at``."""
    sms = outgoing.to_number(
        contact_id=contact_id,
        channel=Channel.SMS,
        address=phone_number,
        text=text,
        kind=kind,
        now=now,
        expires_at=expires_at,
        replaces_id=replaces_id,
    )
    (stored,) = outgoing.store(session, [sms])
    return stored


def send_alert(
    session: Session,
    *,
    contact_id: int,
    channel: Channel,
    address: str,
    text: str,
    now: datetime,
    expires_at: datetime,
) -> int:
    """Store an alert to a member of the staff, with its job; it belongs to no conversation."""
    alert = outgoing.to_number(
        contact_id=contact_id,
        channel=channel,
        address=address,
        text=text,
        kind="alert",
        now=now,
        expires_at=expires_at,
    )
    (stored,) = outgoing.store(session, [alert])
    return stored


def replace(
    session: Session, row: models.OutboundMessage, *, now: datetime, delay: timedelta | None = None
) -> int:
    """Store the same message anew, to be sent at once or (real time) after ``delay``; the old row stays as it is.

    It is out of the order of its conversation by now, so that it waits for nothing and keeps nothing waiting.
    """
    anew = models.OutboundMessage(
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        channel=row.channel,
        address=row.address,
        kind=row.kind,
        text=row.text,
        buttons=row.buttons,
        request=row.request,
        request_title=row.request_title,
        staff_id=row.staff_id,
        created_at=now,
        expires_at=row.expires_at,
        replaces_id=row.id,
    )
    session.add(anew)
    session.flush()
    queue.defer_resend(session, outbound_id=anew.id, priority=policy_of(row.kind).priority, delay=delay)
    return anew.id
