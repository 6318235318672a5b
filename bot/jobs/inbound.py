"""The job that answers a message: one turn, run until it is answered, then never again."""

from __future__ import annotations

import asyncio
import logging
import time

from bot.core.backoff import TURN_TRIES
from bot.core.errors import NotFound
from bot.core.messages import Channel
from bot.dialogue import TurnRefused, TurnReply, TurnRequest, take_turn
from bot.jobs.context import JobsContext
from bot.measures import TURN_SECONDS, TURNS
from bot.services import announcements, turns
from bot.services.arrivals import NotYet, Overtaken
from bot.services.turns import Turn
from bot.store.engine import transaction
from bot.store.models import Conversation, InboundMessage

log = logging.getLogger(__name__)


async def answer(context: JobsContext, *, inbound_id: int, attempts: int) -> None:
    """Run the turn of a message. Raises what made it fail while another try is left; after the last one a coach gets it.

    A message that the person sent before and that came after is answered first.
    """
    begun = time.perf_counter()
    turn = await _begun(context, inbound_id, attempts)
    if turn is None:
        return
    try:
        reply = await take_turn(context.assistant, context.rasa_urls, context.turn_token, _request(turn))
        await asyncio.to_thread(_finish, context, turn, reply)
        TURNS.labels("answered").inc()
        TURN_SECONDS.observe(time.perf_counter() - begun)
    except TurnRefused:
        log.error("turn %s was refused", inbound_id)
        await asyncio.to_thread(_give_up, context, inbound_id)
    except Exception as failed:
        if attempts + 1 < TURN_TRIES:
            TURNS.labels("failed").inc()
            raise
        log.error("turn %s is given up after %s tries: %s", inbound_id, attempts + 1, type(failed).__name__)
        await asyncio.to_thread(_give_up, context, inbound_id)


async def _begun(context: JobsContext, inbound_id: int, attempts: int) -> Turn | None:
    """The turn, once it is its time. Raises NotYet where that is better waited for in the queue."""
    while True:
        try:
            return await asyncio.to_thread(_begin, context, inbound_id)
        except Overtaken as other:
            await answer(context, inbound_id=other.earlier_id, attempts=attempts)
        except NotYet as wait:
            if wait.long:
                raise
            await asyncio.sleep(wait.retry_after)
        except NotFound:
            log.info("inbound message %s is gone: the person was erased", inbound_id)
            return None


async def acknowledge_button(context: JobsContext, *, inbound_id: int) -> None:
    """Stop the waiting sign on a Telegram button; the answer itself does not depend on it."""
    callback = await asyncio.to_thread(_callback_id, context, inbound_id)
    if callback:
        await context.senders.answer_callback(callback)


def _begin(context: JobsContext, inbound_id: int) -> Turn | None:
    now = context.clock()
    with transaction(context.sessions) as session:
        return turns.begin(
            session, inbound_id=inbound_id, commune_at=context.commune_at, texts=context.texts, now=now
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


def _finish(context: JobsContext, turn: Turn, reply: TurnReply) -> None:
    now = context.clock()
    with transaction(context.sessions) as session:
        turns.finish(
            session,
            turn=turn,
            bubbles=reply.bubbles,
            variety=reply.variety,
            intent=reply.intent,
            confidence=reply.confidence,
            texts=context.texts,
            now=now,
        )
        announcements.show_pending(
            session,
            conversation=session.get_one(Conversation, turn.conversation_id),
            intent=reply.intent,
            texts=context.texts,
            commune_name=context.commune_name,
            now=now,
        )


def _give_up(context: JobsContext, inbound_id: int) -> None:
    TURNS.labels("given_up").inc()
    now = context.clock()
    with transaction(context.sessions) as session:
        turns.give_up(session, inbound_id=inbound_id, texts=context.texts, now=now)


def _callback_id(context: JobsContext, inbound_id: int) -> str | None:
    with context.sessions() as session:
        inbound = session.get(InboundMessage, inbound_id)
        if inbound is None or inbound.channel != Channel.TELEGRAM.value or inbound.outcome is not None:
            return None
        callback = inbound.raw.get("callback_query") or {}
        return str(callback["id"]) if "id" in callback else None
