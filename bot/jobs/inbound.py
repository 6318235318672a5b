"""The job that answers a message: one turn, run until it is answered, then never again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.senders import Senders
from bot.core.backoff import TURN_TRIES
from bot.core.errors import NotFound
from bot.core.messages import Channel
from bot.core.rate_rules import Limit
from bot.dialogue import TurnRefused, TurnReply, TurnRequest, take_turn
from bot.jobs.context import JobsContext
from bot.measures import TURN_SECONDS, TURNS
from bot.services import announcements, rates, sending, turns
from bot.services.arrivals import NotYet, Overtaken
from bot.services.at_once import AtOnce, Held
from bot.services.turns import Turn
from bot.store import queue
from bot.store.engine import each_alone, transaction
from bot.store.models import Conversation, InboundMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A turn that is done and off the queue. ``held`` is the answer that its worker has to send."""

    held: Held | None


@dataclass(frozen=True, kw_only=True)
class TurnJob:
    """The job that runs a turn, by the queue's numbers. ``sends`` says whether its worker may send the answer as well."""

    job_id: int
    worker_id: int
    sends: bool


async def answer(
    context: JobsContext, *, inbound_id: int, attempts: int, job: TurnJob | None = None
) -> Answered | None:
    """Run the turn of a message. Raises what made it fail while another try is left; after the last one a coach gets it.

    A message that the person sent before and that came after is answered first. With ``job`` an answered turn takes it off the queue;
    None where it was left there.
    """
    begun = time.perf_counter()
    turn = await _begun(context, inbound_id, attempts)
    if turn is None:
        return None
    try:
        reply = await take_turn(context.assistant, context.rasa_urls, context.turn_token, _request(turn))
        answered = await asyncio.to_thread(_finish, context, turn, reply, job)
        TURNS.labels("answered").inc()
        TURN_SECONDS.observe(time.perf_counter() - begun)
        return answered
    except TurnRefused:
        log.error("turn %s was refused", inbound_id)
        await asyncio.to_thread(_give_up, context, inbound_id)
        return None
    except Exception as failed:
        if attempts + 1 < TURN_TRIES:
            TURNS.labels("failed").inc()
            raise
        log.error("turn %s is given up after %s tries: %s", inbound_id, attempts + 1, type(failed).__name__)
        await asyncio.to_thread(_give_up, context, inbound_id)
        return None


async def _begun(context: JobsContext, inbound_id: int, attempts: int) -> Turn | None:
    """The turn, once it is its time. Raises NotYet where that is better waited for in the queue."""
    button = PressedButton(context.senders)
    while True:
        try:
            return await asyncio.to_thread(_begin, context, inbound_id, button)
        except Overtaken as other:
            await answer(context, inbound_id=other.earlier_id, attempts=attempts)
        except NotYet as wait:
            if wait.long:
                raise
            await asyncio.sleep(wait.retry_after)
        except NotFound:
            log.info("inbound message %s is gone: the person was erased", inbound_id)
            return None
        finally:
            await button.let_go()


class PressedButton:
    """Stops the waiting sign on a Telegram button, once; the answer itself does not depend on it."""

    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self._callback: str | None = None
        self._seen = False

    def see(self, inbound: InboundMessage) -> None:
        """Look whether a message that is open is such a button."""
        if self._seen or inbound.channel != Channel.TELEGRAM.value:
            return
        self._seen = True
        callback = inbound.raw.get("callback_query") or {}
        self._callback = str(callback["id"]) if "id" in callback else None

    async def let_go(self) -> None:
        """Tell Telegram, where there is a button."""
        callback, self._callback = self._callback, None
        if callback:
            await self._senders.answer_callback(callback)


def _begin(context: JobsContext, inbound_id: int, button: PressedButton) -> Turn | None:
    now = context.clock()
    with transaction(context.sessions) as session:
        return turns.begin(
            session,
            inbound_id=inbound_id,
            commune_at=context.commune_at,
            texts=context.texts,
            now=now,
            see=button.see,
        )


def _request(turn: Turn) -> TurnRequest:
    return TurnRequest(
        conversation_id=turn.conversation_id,
        turn_id=turn.inbound_id,
        channel=turn.channel,
        text=turn.text,
        payload=turn.payload,
        metadata=turn.metadata,
    )


def _finish(context: JobsContext, turn: Turn, reply: TurnReply, job: TurnJob | None) -> Answered | None:
    now = context.clock()
    limits = sending.limits_of(
        channel=Channel(turn.channel),
        kind="reply",
        conversation_id=turn.conversation_id,
        senders=context.sender_names,
    )
    send_now = None
    if job is not None and job.sends and _may_send(context, limits):
        send_now = AtOnce(worker_id=job.worker_id, now=now)
    try:
        with transaction(context.sessions) as session:
            if job is not None:
                queue.take_off(session, job.job_id)
            _store(session, context, turn, reply, send_now, now)
    finally:
        if send_now is not None and send_now.held is None:
            _leave_the_sending(context, limits)
    return None if job is None else Answered(held=send_now.held if send_now else None)


def _store(
    session: Session,
    context: JobsContext,
    turn: Turn,
    reply: TurnReply,
    send_now: AtOnce | None,
    now: datetime,
) -> None:
    turns.finish(
        session,
        turn=turn,
        bubbles=reply.bubbles,
        variety=reply.variety,
        intent=reply.intent,
        confidence=reply.confidence,
        texts=context.texts,
        now=now,
        send_now=send_now,
    )
    announcements.show_pending(
        session,
        conversation=session.get_one(Conversation, turn.conversation_id),
        intent=reply.intent,
        texts=context.texts,
        commune_name=context.commune_name,
        now=now,
    )


def _may_send(context: JobsContext, limits: Sequence[Limit]) -> bool:
    """Whether the pace allows one more message. In a transaction before the turn's, which would keep the bucket from all others."""
    with each_alone(context.sessions) as session:
        return rates.take_if_free(session, limits)


def _leave_the_sending(context: JobsContext, limits: Sequence[Limit]) -> None:
    """What became of the turn is not changed by a database that is lost just now: then a message less may be sent in these seconds."""
    try:
        with each_alone(context.sessions) as session:
            rates.give_back(session, limits)
    except SQLAlchemyError as lost:
        log.warning("tokens were not given back: %s", type(lost).__name__)


def _give_up(context: JobsContext, inbound_id: int) -> None:
    TURNS.labels("given_up").inc()
    now = context.clock()
    with transaction(context.sessions) as session:
        turns.give_up(session, inbound_id=inbound_id, texts=context.texts, now=now)
