"""What the worker counts for `/metrics`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.channels.errors import FailureKind
from bot.core.bubbles import Bubble
from bot.jobs import inbound, outbound, ticker
from bot.jobs.context import JobsContext
from bot.measures import REGISTRY
from bot.services import messages, process_metrics
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, OutboundMessage
from tests.jobs.conftest import FakeSenders, Receive, StandingClock, failure


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def answer(context: JobsContext, inbound_id: int) -> int:
    """Answer a message; the id of the answer."""
    asyncio.run(inbound.answer(context, inbound_id=inbound_id, attempts=0))
    with context.sessions() as session:
        return session.scalars(select(OutboundMessage.id).order_by(OutboundMessage.id.desc())).first() or 0


def test_a_turn_and_its_way_out_are_timed(
    context: JobsContext, receive: Receive, clock: StandingClock
) -> None:
    turns, answers = value("caravan_turn_seconds_count"), value("caravan_answer_seconds_sum")
    outbound_id = answer(context, receive())
    clock.move(seconds=42)
    asyncio.run(outbound.send(context, outbound_id=outbound_id))
    assert value("caravan_turn_seconds_count") == turns + 1
    assert value("caravan_answer_seconds_sum") == answers + 42


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "sent"),
        (FailureKind.PERMANENT, FailureKind.PERMANENT.value),
        (FailureKind.SUPPRESS, FailureKind.SUPPRESS.value),
    ],
)
def test_sends_are_counted_by_result(
    context: JobsContext, receive: Receive, senders: FakeSenders, error: FailureKind | None, result: str
) -> None:
    outbound_id = answer(context, receive())
    if error is not None:
        senders.errors.append(failure(error))
    before = value("caravan_sends_total", channel="whatsapp", result=result)
    asyncio.run(outbound.send(context, outbound_id=outbound_id))
    assert value("caravan_sends_total", channel="whatsapp", result=result) == before + 1


def test_what_comes_too_late_for_the_window_is_counted(
    context: JobsContext, receive: Receive, sessions: Sessions, clock: StandingClock
) -> None:
    outbound_id = answer(context, receive())
    clock.move(hours=25)
    before = value("caravan_window_misses_total", instead="sms")
    asyncio.run(outbound.send(context, outbound_id=outbound_id))
    assert value("caravan_window_misses_total", instead="sms") == before + 1


def test_what_nothing_can_stand_in_for_is_counted(
    context: JobsContext, receive: Receive, sessions: Sessions, clock: StandingClock
) -> None:
    receive()
    with transaction(sessions) as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.contact.phone = None
        (outbound_id,) = messages.reply(
            session, conversation=conversation, bubbles=[Bubble(text="x")], kind="coach", now=clock()
        )
    clock.move(hours=25)
    before = value("caravan_window_misses_total", instead="nothing")
    asyncio.run(outbound.send(context, outbound_id=outbound_id))
    assert value("caravan_window_misses_total", instead="nothing") == before + 1


def test_a_tick_stores_what_was_counted_and_forgets_who_is_gone(
    context: JobsContext, sessions: Sessions
) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    with transaction(sessions) as session:
        process_metrics.store(session, process="gone@here", metrics={}, now=long_ago)
    ticker.store_metrics(context)
    with sessions() as session:
        assert [name for name, _ in process_metrics.read(session, now=long_ago)] != []
        (found,) = process_metrics.read(session, now=datetime.now(UTC))
        everybody = [name for name, _ in process_metrics.read(session, now=long_ago)]
    assert found[0].startswith("worker@")
    assert "caravan_turns" in found[1]
    assert "gone@here" not in everybody
