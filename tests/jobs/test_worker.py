"""A worker over a real queue: it drains when it is stopped, hands back what does not end, and sets poisoned jobs aside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from procrastinate import App
from sqlalchemy import text

from bot.channels.errors import FailureKind
from bot.core.messages import OutboundContent, SendResult
from bot.dialogue import Answer
from bot.jobs import __main__ as worker
from bot.jobs import inbound, tasks
from bot.jobs.context import JobsContext
from bot.services import dead_jobs
from bot.store.engine import Sessions, libpq_url, transaction
from bot.store.models import OutboundMessage
from bot.store.queue import TALK_QUEUE, worker_app
from tests.assistant import Asked, FakeAssistant, says
from tests.jobs.conftest import FakeSenders, Receive, failure


@pytest.fixture
def run(database_url: str, context: JobsContext, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a worker until ``started`` is set; then it is stopped as by a signal."""
    monkeypatch.setattr(worker, "DRAIN_SECONDS", 0.5)

    def go(assistant: Callable[[Asked], Any], started: asyncio.Event) -> None:
        async def scenario() -> None:
            app: App = worker_app(libpq_url(database_url))
            tasks.register(app, replace(context, assistant=FakeAssistant(answer=assistant)))
            async with app.open_async():
                working = asyncio.create_task(worker.work(app, TALK_QUEUE, concurrency=2))
                await asyncio.wait_for(started.wait(), timeout=30)
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

        asyncio.run(scenario())

    return go


class Noticed(FakeSenders):
    """Says that something was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.used = asyncio.Event()

    async def send(self, content: OutboundContent) -> SendResult:
        self.used.set()
        return await super().send(content)


def jobs(sessions: Sessions) -> list[tuple[str, str]]:
    query = text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
    with sessions() as session:
        return [(task, status) for task, status in session.execute(query)]


def test_a_turn_that_runs_is_finished_when_the_worker_is_stopped(
    sessions: Sessions, receive: Receive, run: Callable[..., None], senders: FakeSenders
) -> None:
    receive()
    started = asyncio.Event()

    async def answer(request: Asked) -> Answer:
        started.set()
        await asyncio.sleep(0.1)
        return says("D'accord")

    run(answer, started)
    assert ("inbound", "todo") not in jobs(sessions)
    assert ("inbound", "doing") not in jobs(sessions)


def test_a_turn_that_does_not_end_goes_back_to_the_queue(
    sessions: Sessions, receive: Receive, run: Callable[..., None]
) -> None:
    receive()
    started = asyncio.Event()

    async def hang(request: Asked) -> Answer:
        started.set()
        await asyncio.sleep(60)
        return says("never")

    run(hang, started)
    assert jobs(sessions) == [("inbound", "todo")]


def test_answers_leave_while_the_assistant_hangs_on_every_turn_under_way(
    database_url: str,
    context: JobsContext,
    sessions: Sessions,
    receive: Receive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Rasa takes its time for must not keep back what has been answered. No more turns are begun than help each other."""
    monkeypatch.setattr(worker, "DRAIN_SECONDS", 0.5)
    senders = Noticed()
    first = receive("SM0", address="+212612340000")
    asyncio.run(inbound.answer(context, inbound_id=first, attempts=0))
    for number in range(1, 30):
        receive(f"SM{number}", address=f"+2126123400{number:02d}")

    async def hang(request: Asked) -> Answer:
        await asyncio.sleep(60)
        return says("never")

    assistant = FakeAssistant(answer=hang)

    async def scenario() -> None:
        app = worker_app(libpq_url(database_url))
        with transaction(sessions) as session:
            # As old as can be: every turn was there before.
            session.execute(text("UPDATE procrastinate_jobs SET priority = 99 WHERE task_name = 'inbound'"))
        tasks.register(app, replace(context, assistant=assistant, senders=senders))
        async with app.open_async():
            working = asyncio.create_task(worker.work_until_told(app))
            await asyncio.wait_for(senders.used.wait(), timeout=30)
            for _ in range(300):
                if len(assistant.asked) >= tasks.TURNS_AT_ONCE:
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.3)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    asyncio.run(scenario())
    assert [content.address for content in senders.sent] == ["+212612340000"]
    assert len(assistant.asked) == tasks.TURNS_AT_ONCE


def test_a_poisoned_job_is_set_aside_for_the_staff(
    database_url: str, context: JobsContext, sessions: Sessions, receive: Receive
) -> None:
    inbound_id = receive()
    with transaction(sessions) as session:
        session.execute(text(f"UPDATE procrastinate_jobs SET attempts = {tasks.POISONED_TURN}"))

    def broken() -> datetime:
        raise RuntimeError

    async def scenario() -> None:
        app = worker_app(libpq_url(database_url))
        tasks.register(app, replace(context, clock=broken))
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(scenario())
    with sessions() as session:
        (job,) = dead_jobs.found(session)
    assert (job.task, job.subject_id) == ("inbound", inbound_id)


def answered(
    database_url: str, context: JobsContext, senders: FakeSenders, *, until: Callable[[], bool]
) -> None:
    """A whole worker whose assistant answers at once, until something is so."""

    async def scenario() -> None:
        app = worker_app(libpq_url(database_url))
        tasks.register(app, replace(context, assistant=FakeAssistant(), senders=senders))
        async with app.open_async():
            working = asyncio.create_task(worker.work_until_told(app))
            for _ in range(600):
                if until():
                    break
                await asyncio.sleep(0.05)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    asyncio.run(scenario())


def message(sessions: Sessions) -> tuple[str, str | None]:
    with sessions() as session:
        row = session.query(OutboundMessage).one_or_none()
        return ("none", None) if row is None else (row.status, row.error_code)


def test_an_answer_is_sent_by_the_worker_that_made_it_and_nothing_is_left(
    database_url: str, context: JobsContext, sessions: Sessions, receive: Receive, senders: FakeSenders
) -> None:
    receive()
    answered(database_url, context, senders, until=lambda: bool(senders.sent) and not jobs(sessions))
    assert len(senders.sent) == 1
    assert message(sessions) == ("sent", None)


def test_an_answer_that_a_provider_does_not_take_goes_back_to_the_queue(
    database_url: str, context: JobsContext, sessions: Sessions, receive: Receive, senders: FakeSenders
) -> None:
    receive()
    senders.errors = [failure(FailureKind.RETRY, "connect", retry_after=3600)]
    answered(
        database_url,
        context,
        senders,
        until=lambda: bool(senders.sent) and jobs(sessions) == [("outbound", "todo")],
    )
    assert len(senders.sent) == 1
    assert message(sessions) == ("queued", "connect")


def test_an_answer_that_a_provider_refuses_is_done_with(
    database_url: str, context: JobsContext, sessions: Sessions, receive: Receive, senders: FakeSenders
) -> None:
    receive()
    senders.errors = [failure(FailureKind.PERMANENT, "21211")]
    answered(database_url, context, senders, until=lambda: bool(senders.sent) and not jobs(sessions))
    assert message(sessions) == ("failed", "21211")


def test_an_answer_that_is_under_way_when_the_worker_stops_goes_back_to_the_queue(
    database_url: str,
    context: JobsContext,
    sessions: Sessions,
    receive: Receive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Slow(Noticed):
        async def send(self, content: OutboundContent) -> SendResult:
            self.used.set()
            await asyncio.sleep(60)
            raise AssertionError("it is cancelled before")

    monkeypatch.setattr(worker, "DRAIN_SECONDS", 0.2)
    receive()
    senders = Slow()
    answered(database_url, context, senders, until=senders.used.is_set)
    assert jobs(sessions) == [("outbound", "todo")]
    assert message(sessions) == ("sending", None), "the next worker asks whether it was sent"
