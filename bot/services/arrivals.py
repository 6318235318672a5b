"""The order in which messages of one conversation become turns, and floods that become one turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.core import arrival_rules
from bot.core.errors import AnaM3akError
from bot.store.models import InboundMessage


class NotYet(AnaM3akError):
    """A message's turn has to wait for ``retry_after`` seconds; ``long`` says whether to wait in the queue."""

    retryable = True

    def __init__(self, retry_after: float, *, long: bool) -> None:
        super().__init__(f"not for {retry_after:.1f} s")
        self.retry_after = retry_after
        self.long = long


class Overtaken(AnaM3akError):
    """A message that the person sent before this one came after it: ``earlier_id`` has to be answered first."""

    retryable = True

    def __init__(self, earlier_id: int) -> None:
        super().__init__(f"inbound message {earlier_id} comes first")
        self.earlier_id = earlier_id


def check_order(session: Session, inbound: InboundMessage, now: datetime) -> None:
    """Raises Overtaken where an open message with a lower number of the provider's is there, NotYet where one may be under way.

    A number that is missing just before this one may be another person's, or the missing message of this one.
    """
    if inbound.provider_order is None:
        return
    other = aliased(InboundMessage)
    earlier = session.scalar(
        select(other.id)
        .where(
            other.conversation_id == inbound.conversation_id,
            other.outcome.is_(None),
            other.provider_order < inbound.provider_order,
        )
        .order_by(other.provider_order)
        .limit(1)
    )
    if earlier is not None:
        raise Overtaken(earlier)
    wait = arrival_rules.wait_for_predecessor(received_at=inbound.received_at, now=now)
    if wait > 0 and _misses_one(session, inbound):
        raise NotYet(wait, long=False)


def _misses_one(session: Session, inbound: InboundMessage) -> bool:
    """Whether the provider's number before this one has not come, in a conversation in which something came before."""
    order = inbound.provider_order or 0
    known = select(InboundMessage.id).where(
        InboundMessage.channel == inbound.channel, InboundMessage.provider_id == str(order - 1)
    )
    before = select(InboundMessage.id).where(
        InboundMessage.conversation_id == inbound.conversation_id, InboundMessage.id < inbound.id
    )
    return bool(session.scalar(select(~known.exists() & before.exists())))


def previous_turn(session: Session, turn_id: int) -> int | None:
    """The message of the same conversation that was answered before this one, if any: by the provider's numbers where it has some,
    else by arrival. What was merged into another's turn is none.
    """
    here = session.get(InboundMessage, turn_id)
    if here is None:
        return None
    other = InboundMessage
    query = select(other.id).where(
        other.conversation_id == here.conversation_id,
        or_(other.merged_into.is_(None), other.merged_into == other.id),
    )
    if here.provider_order is None:
        query = query.where(other.id < turn_id).order_by(other.id.desc())
    else:
        query = query.where(other.provider_order < here.provider_order).order_by(other.provider_order.desc())
    return session.scalar(query.limit(1))


def merge_flood(session: Session, inbound: InboundMessage, now: datetime) -> Sequence[InboundMessage]:
    """The messages that this one's turn answers too, oldest first; itself alone where there is no flood.

    Raises NotYet while the flood lasts. Each of the others is marked and needs no turn of its own.
    """
    if inbound.merged_into is None:
        if not _is_flooded(session, inbound.conversation_id):
            return [inbound]
        _wait_for_quiet(session, inbound, now)
        session.execute(
            update(InboundMessage)
            .where(
                InboundMessage.conversation_id == inbound.conversation_id, InboundMessage.outcome.is_(None)
            )
            .where(InboundMessage.id != inbound.id)
            .values(outcome="merged", merged_into=inbound.id, completed_at=now)
        )
        inbound.merged_into = inbound.id
        session.flush()
    merged = InboundMessage.merged_into == inbound.id
    return session.scalars(select(InboundMessage).where(merged).order_by(InboundMessage.id)).all()


def _is_flooded(session: Session, conversation_id: int) -> bool:
    newest = session.scalars(
        select(InboundMessage.received_at)
        .where(InboundMessage.conversation_id == conversation_id)
        .order_by(InboundMessage.id.desc())
        .limit(arrival_rules.FLOOD_MESSAGES + 1)
    ).all()
    return len(newest) > arrival_rules.FLOOD_MESSAGES and newest[0] - newest[-1] <= arrival_rules.FLOOD_WINDOW


def _wait_for_quiet(session: Session, inbound: InboundMessage, now: datetime) -> None:
    oldest, newest = session.execute(
        select(func.min(InboundMessage.received_at), func.max(InboundMessage.received_at)).where(
            InboundMessage.conversation_id == inbound.conversation_id, InboundMessage.outcome.is_(None)
        )
    ).one()
    wait = arrival_rules.wait_for_quiet(oldest=oldest, newest=newest, now=now)
    if wait > 0:
        raise NotYet(wait, long=True)
