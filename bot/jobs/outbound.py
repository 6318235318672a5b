"""The job that sends a message: claimed, sent, settled. What nobody knows is not sent again blindly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.errors import SERVER_ERROR, FailureKind, SendError
from bot.core.messages import DeliveryStatus, OutboundContent, SendResult
from bot.core.sending_rules import Repeat, is_over, policy_of
from bot.jobs.context import JobsContext
from bot.measures import ANSWER_SECONDS, SENDS, WINDOW_MISSES
from bot.services import sending
from bot.services.at_once import Held
from bot.services.rates import TooFast
from bot.services.sending import Gone, Interrupted
from bot.store import queue
from bot.store.engine import transaction
from bot.store.models import OutboundMessage

log = logging.getLogger(__name__)

LONGEST_WAIT = 2.0
"""Seconds for which a message waits in the worker for its turn; it keeps a place there meanwhile."""
LISTING_DELAY = 3.0
"""Twilio may list a message some seconds late."""


async def send(context: JobsContext, *, outbound_id: int, job_id: int | None = None) -> bool:
    """Send one stored message. What is raised is tried again, for a day at most: then the next one has its turn.

    Whether its job was taken off the queue when it was sent, where ``job_id`` says which that is.
    """
    return await _given_up_in_time(context, outbound_id, _send_stored(context, outbound_id, job_id))


async def send_held(context: JobsContext, held: Held) -> bool:
    """As :func:`send`, for an answer that was claimed when it was stored."""
    sending_it = _send(context, held.content, held.job_id)
    return await _given_up_in_time(context, held.content.outbound_id, sending_it)


async def _given_up_in_time(context: JobsContext, outbound_id: int, sending_it: Awaitable[bool]) -> bool:
    try:
        return await sending_it
    except Gone:
        log.info("outbound message %s is gone: the person was erased", outbound_id)
    except Exception as failed:
        if not await asyncio.to_thread(_too_old, context, outbound_id):
            raise
        log.error("outbound message %s is given up: %s", outbound_id, type(failed).__name__)
        await asyncio.to_thread(_fail, context, outbound_id, DeliveryStatus.FAILED, "too_old")
    return False


async def _send_stored(context: JobsContext, outbound_id: int, job_id: int | None) -> bool:
    try:
        content = await _claimed(context, outbound_id)
    except Interrupted:
        await _after_interruption(context, outbound_id)
        return False
    return content is not None and await _send(context, content, job_id)


async def _claimed(context: JobsContext, outbound_id: int) -> OutboundContent | None:
    """The message, claimed; a short wait for its turn is waited for here, a longer one in the queue (TooFast)."""
    waited = 0.0
    while True:
        try:
            return await asyncio.to_thread(_claim, context, outbound_id)
        except TooFast as wait:
            waited += wait.retry_after
            if waited > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait.retry_after)


async def _send(context: JobsContext, content: OutboundContent, job_id: int | None = None) -> bool:
    """Whether it was sent and its job taken off the queue together."""
    try:
        result = await context.senders.send(content)
    except SendError as error:
        SENDS.labels(content.channel.value, error.kind.value).inc()
        await _failed(context, content, error)
        return False
    SENDS.labels(content.channel.value, "sent").inc()
    await asyncio.to_thread(_settle, context, content.outbound_id, result, job_id)
    return job_id is not None


async def _failed(context: JobsContext, content: OutboundContent, error: SendError) -> None:
    if error.kind is FailureKind.AMBIGUOUS:
        if await _is_left_alone(context, content, error):
            return
        error = SendError(kind=FailureKind.RETRY, code=error.code)
    if error.kind is FailureKind.RETRY and not await asyncio.to_thread(
        _too_old, context, content.outbound_id
    ):
        await asyncio.to_thread(_fail, context, content.outbound_id, DeliveryStatus.QUEUED, error.code)
        raise error
    log.warning("outbound message %s failed: %s %s", content.outbound_id, error.kind.value, error.code)
    if error.kind is FailureKind.WINDOW:
        await asyncio.to_thread(_came_too_late, context, content.outbound_id, error.code)
        return
    await asyncio.to_thread(_fail, context, content.outbound_id, DeliveryStatus.FAILED, error.code)
    if error.kind is FailureKind.SUPPRESS:
        await asyncio.to_thread(_block, context, content.outbound_id, error.code)


async def _is_left_alone(context: JobsContext, content: OutboundContent, error: SendError) -> bool:
    """Whether a doubtful message is not tried again: it was sent, or nobody can tell. A server that answers with an error of its own
    has hardly sent it, which is enough for what is sent at least once.
    """
    if context.senders.can_reconcile(content.channel):
        return await _was_sent(context, content)
    _, kind = await asyncio.to_thread(_reload, context, content.outbound_id)
    if error.code == SERVER_ERROR and policy_of(kind).repeat is Repeat.AT_LEAST_ONCE:
        return False
    log.warning("outbound message %s: nobody knows whether it was sent", content.outbound_id)
    await asyncio.to_thread(_fail, context, content.outbound_id, DeliveryStatus.UNKNOWN, "ambiguous")
    return True


async def _after_interruption(context: JobsContext, outbound_id: int) -> None:
    """The process died between claiming and settling. A provider with a list is asked; elsewhere the policy of the message's kind
    says whether it is sent again.
    """
    content, kind = await asyncio.to_thread(_reload, context, outbound_id)
    can_ask = context.senders.can_reconcile(content.channel)
    if can_ask and await _was_sent(context, content):
        return
    if not can_ask and policy_of(kind).repeat is Repeat.AT_MOST_ONCE:
        log.warning("outbound message %s: nobody knows whether it was sent", outbound_id)
        await asyncio.to_thread(_fail, context, outbound_id, DeliveryStatus.UNKNOWN, "interrupted")
        return
    await asyncio.to_thread(_fail, context, outbound_id, DeliveryStatus.QUEUED, "interrupted")
    again = await _claimed(context, outbound_id)
    if again is not None:
        await _send(context, again)


async def _was_sent(context: JobsContext, content: OutboundContent) -> bool:
    """Whether a receipt came, or the provider lists the message, which is settled then."""
    await asyncio.sleep(LISTING_DELAY)
    if await asyncio.to_thread(_is_settled, context, content.outbound_id):
        return True
    created_at, known = await asyncio.to_thread(_siblings, context, content)
    found = await context.senders.reconcile(content, created_at=created_at, known_ids=known)
    if found is not None:
        await asyncio.to_thread(_settle, context, content.outbound_id, found)
    return found is not None


def _claim(context: JobsContext, outbound_id: int) -> OutboundContent | None:
    now = context.clock()
    with transaction(context.sessions) as session:
        content = sending.claim(
            session, outbound_id=outbound_id, now=now, senders=context.sender_names, ladder=context.ladder
        )
        instead = _instead(session, outbound_id, content)
    if instead is not None:
        WINDOW_MISSES.labels(instead).inc()
    return content


def _instead(session: Session, outbound_id: int, content: OutboundContent | None) -> str | None:
    """What took a message's place that came too late for WhatsApp's 24 hours; None for any other."""
    if content is not None:
        return "template" if content.template is not None else None
    code = session.get_one(OutboundMessage, outbound_id).error_code
    return {"sent_by_sms": "sms", "window_closed": "nothing"}.get(code or "")


def _is_settled(context: JobsContext, outbound_id: int) -> bool:
    with context.sessions() as session:
        return sending.is_settled(session, outbound_id=outbound_id)


def _settle(context: JobsContext, outbound_id: int, result: SendResult, job_id: int | None = None) -> None:
    now = context.clock()
    with transaction(context.sessions) as session:
        waited = sending.settle(session, outbound_id=outbound_id, result=result, now=now)
        if job_id is not None:
            queue.take_off(session, job_id)
    if waited is not None:
        ANSWER_SECONDS.observe(waited)


def _fail(context: JobsContext, outbound_id: int, status: DeliveryStatus, code: str) -> None:
    with transaction(context.sessions) as session:
        sending.fail(session, outbound_id=outbound_id, status=status, code=code)


def _came_too_late(context: JobsContext, outbound_id: int, code: str) -> None:
    now = context.clock()
    with transaction(context.sessions) as session:
        sending.came_too_late(session, outbound_id=outbound_id, code=code, now=now)


def _block(context: JobsContext, outbound_id: int, code: str) -> None:
    now = context.clock()
    with transaction(context.sessions) as session:
        sending.block_address(session, outbound_id=outbound_id, code=code, now=now)


def _reload(context: JobsContext, outbound_id: int) -> tuple[OutboundContent, str]:
    with context.sessions() as session:
        row = session.get_one(OutboundMessage, outbound_id)
        return sending.content_of(row), row.kind


def _too_old(context: JobsContext, outbound_id: int) -> bool:
    now = context.clock()
    with context.sessions() as session:
        row = session.get(OutboundMessage, outbound_id)
        if row is None:
            return False
        return is_over(kind=row.kind, created_at=row.created_at, expires_at=row.expires_at, now=now)


def _siblings(context: JobsContext, content: OutboundContent) -> tuple[datetime, list[str]]:
    """When this message was stored, in real time by the database, and the provider ids of others to the same address."""
    with context.sessions() as session:
        row = session.get_one(OutboundMessage, content.outbound_id)
        others = session.scalars(
            select(OutboundMessage.provider_id).where(
                OutboundMessage.channel == row.channel,
                OutboundMessage.address == row.address,
                OutboundMessage.provider_id.is_not(None),
                OutboundMessage.id != row.id,
            )
        )
        return row.stored_at, [other for other in others if other]
