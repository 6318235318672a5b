"""How the queue's tasks are tried again, and that they reach their jobs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from procrastinate import App, RetryDecision
from procrastinate.jobs import Job
from procrastinate.testing import InMemoryConnector
from sqlalchemy import select

from bot.channels.errors import FailureKind
from bot.jobs import tasks
from bot.jobs.context import JobsContext
from bot.jobs.tasks import RetrySend, RetryTurn, register
from bot.services.rates import TooFast
from bot.store.engine import Sessions
from bot.store.models import InboundMessage
from bot.store.queue import INBOUND_TASK
from tests.jobs.conftest import Receive, failure


def job(attempts: int) -> Job:
    return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="task", attempts=attempts)


def pause(decision: RetryDecision | None, since: datetime) -> float:
    assert decision is not None
    assert decision.retry_at is not None
    return (decision.retry_at - since).total_seconds()


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1.0), (2, 2.25), (99, 15.0)])
def test_a_turn_is_tried_again_whatever_happened(attempts: int, seconds: float) -> None:
    before = datetime.now(UTC)
    decision = RetryTurn().get_retry_decision(exception=OSError(), job=job(attempts))
    assert pause(decision, before) == pytest.approx(seconds, abs=0.9)


@pytest.mark.parametrize(
    ("attempts", "retry_after", "least", "most"),
    [
        (0, None, 0.75, 1.25),
        (6, None, 22.5, 37.5),
        (299, None, 675, 1125),
        (0, 30.0, 30, 30),
        (6, 5.0, 22.5, 37.5),
    ],
)
def test_a_message_waits_longer_each_time_and_at_least_as_long_as_the_provider_says(
    attempts: int, retry_after: float | None, least: float, most: float
) -> None:
    before = datetime.now(UTC)
    error = failure(FailureKind.RETRY, retry_after=retry_after)
    decision = RetrySend().get_retry_decision(exception=error, job=job(attempts))
    assert least <= pause(decision, before) <= most + 0.9


def test_a_message_that_was_too_fast_comes_again_when_its_token_does() -> None:
    before = datetime.now(UTC)
    decision = RetrySend().get_retry_decision(exception=TooFast(6.0), job=job(9))
    assert 6.0 <= pause(decision, before) <= 7.5 + 0.9


def test_a_poisoned_job_is_set_aside_in_the_end() -> None:
    assert RetryTurn().get_retry_decision(exception=OSError(), job=job(tasks.POISONED_TURN)) is None
    assert RetrySend().get_retry_decision(exception=OSError(), job=job(tasks.POISONED_SEND)) is None


@pytest.mark.parametrize("strategy", [RetryTurn(), RetrySend()])
def test_a_job_that_its_workers_end_cancels_goes_back_at_once(strategy: RetryTurn | RetrySend) -> None:
    before = datetime.now(UTC)
    decision = strategy.get_retry_decision(exception=asyncio.CancelledError(), job=job(500))
    assert pause(decision, before) < 0.9


def test_a_lost_database_is_no_reason_to_drop_a_message() -> None:
    before = datetime.now(UTC)
    assert 0.7 < pause(RetrySend().get_retry_decision(exception=OSError(), job=job(0)), before) < 2.2


def test_a_job_runs_its_turn(context: JobsContext, sessions: Sessions, receive: Receive) -> None:
    inbound_id = receive()
    app = App(connector=InMemoryConnector())
    register(app, context)

    async def work() -> None:
        async with app.open_async():
            await app.configure_task(INBOUND_TASK).defer_async(inbound_id=inbound_id)
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(work())
    with sessions() as session:
        assert session.scalars(select(InboundMessage.outcome)).one() == "answered"
