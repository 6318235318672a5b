"""What the worker does by itself."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate import App
from sqlalchemy import select, text

from bot.core.messages import Channel, InboundKind, MediaItem
from bot.jobs import ticker
from bot.jobs.context import JobsContext
from bot.services import attachments, bookings, erasure, reminder_sending
from bot.store.engine import Sessions, libpq_url, transaction
from bot.store.models import InboundMessage, OutboundMessage, WorkerHeartbeat
from bot.store.queue import worker_app
from tests.jobs.conftest import Receive, StandingClock
from tests.services.conftest import MakeConversation, MakeStop


@pytest.fixture
def app(database_url: str) -> App:
    return worker_app(libpq_url(database_url))


def job_states(sessions: Sessions) -> list[tuple[str, int]]:
    """Status and attempts of each job, oldest first."""
    query = text("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
    with sessions() as session:
        return [(status, attempts) for status, attempts in session.execute(query)]


def seize(sessions: Sessions, *, silent_for: float) -> None:
    """Give the first waiting job to a worker that was last heard of ``silent_for`` seconds ago."""
    with transaction(sessions) as session:
        values = {"silence": silent_for}
        worker = session.scalar(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => :silence)) RETURNING id"
            ),
            values,
        )
        session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"
                " WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')"
            ),
            {"worker": worker},
        )


def book(sessions: Sessions, make_stop: MakeStop, make_conversation: MakeConversation, people: int) -> None:
    """Bookings in two days, all at the first time of one stop."""
    time = make_stop(capacity=people).appointment_times[0]
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    for number in range(people):
        person = make_conversation(f"{number}", Channel.TELEGRAM)
        with transaction(sessions) as session:
            bookings.book(
                session,
                contact_id=person.contact_id,
                conversation_id=person.id,
                appointment_time_id=time.id,
                name="Sara",
                phone="+212612345678",
                now=now,
            )


def test_the_sign_of_life_is_one_row_in_real_time(context: JobsContext, sessions: Sessions) -> None:
    before = datetime.now(UTC)
    ticker.beat(context)
    with sessions() as session:
        first = session.scalars(select(WorkerHeartbeat)).one()
    assert before <= first.at <= datetime.now(UTC)
    ticker.beat(context)
    with sessions() as session:
        second = session.scalars(select(WorkerHeartbeat)).one()
    assert second.at > first.at
    assert second.name == "worker"


def test_one_round_queues_all_that_is_due_however_many_batches(
    context: JobsContext,
    sessions: Sessions,
    app: App,
    clock: StandingClock,
    make_stop: MakeStop,
    make_conversation: MakeConversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminder_sending, "BATCH", 2)
    book(sessions, make_stop, make_conversation, 5)

    async def tick() -> None:
        async with app.open_async():
            await ticker.tick(context, app)

    asyncio.run(tick())
    assert job_states(sessions) == []
    clock.move(days=1, hours=10)
    assert ticker.send_due_reminders(context) == 2
    for _ in range(2):
        asyncio.run(tick())
        assert job_states(sessions) == [("todo", 0)] * 10
    with sessions() as session:
        told = session.execute(select(OutboundMessage.kind, OutboundMessage.channel)).all()
        assert session.scalars(select(WorkerHeartbeat)).one()
    # In the chat, and in the evening always by SMS as well.
    assert sorted(map(tuple, told)) == [("reminder", "sms")] * 5 + [("reminder", "telegram")] * 5


def test_the_job_of_a_dead_worker_is_resumed_and_no_other(
    sessions: Sessions, app: App, receive: Receive
) -> None:
    for number, silence in enumerate((ticker.STALLED_AFTER + 5, 0)):
        receive(f"{number}", address=f"+21261234567{number}")
        seize(sessions, silent_for=silence)
    receive("waiting")

    async def resume() -> None:
        async with app.open_async():
            await ticker.resume_stalled(app)

    asyncio.run(resume())
    assert job_states(sessions) == [("todo", 1), ("doing", 0), ("todo", 0)]


@pytest.mark.parametrize(("resume", "status"), [(True, "todo"), (False, "doing")])
def test_every_round_resumes_the_jobs_of_dead_workers_unless_this_one_was_asleep(
    context: JobsContext, sessions: Sessions, app: App, receive: Receive, resume: bool, status: str
) -> None:
    assert ticker.PERIOD + ticker.STALLED_AFTER < 30
    receive()
    seize(sessions, silent_for=ticker.STALLED_AFTER + 5)

    async def one_round() -> None:
        async with app.open_async():
            await ticker.tick(context, app, resume=resume)

    asyncio.run(one_round())
    assert [found for found, _ in job_states(sessions)] == [status]


def test_a_round_that_fails_does_not_end_the_rounds(
    context: JobsContext, sessions: Sessions, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "PERIOD", 0.01)
    rounds = 0
    done = asyncio.Event()

    class Counting(StandingClock):
        def __call__(self) -> datetime:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                raise OSError("the database restarts")
            if rounds == 3:
                done.set()
            return self.at

    async def run() -> None:
        async with app.open_async():
            running = asyncio.create_task(ticker.tick_forever(counting, app))
            await asyncio.wait_for(done.wait(), timedelta(seconds=20).total_seconds())
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    counting = replace(context, clock=Counting())
    asyncio.run(run())
    assert rounds >= 3


def test_who_asked_to_be_erased_is_erased_with_their_files(
    context: JobsContext, sessions: Sessions, clock: StandingClock, receive: Receive
) -> None:
    voice = MediaItem(reference="F", content_type="audio/ogg")
    inbound_id = receive(kind=InboundKind.MEDIA, media=(voice,))
    name = context.media.write(b"OggS")
    with transaction(sessions) as session:
        attachments.stored(session, media_id=1, name=name, content_type="audio/ogg", size=4, now=clock())
        session.get_one(InboundMessage, inbound_id).outcome = "answered"
        erasure.request(session, contact_id=1, now=clock())
    assert ticker.erase_who_asked(context) == 0
    clock.move(minutes=2)
    assert ticker.erase_who_asked(context) == 1
    assert context.media.path(name) is None
    with sessions() as session:
        assert session.scalars(select(InboundMessage)).all() == []


def test_the_nights_work_is_done_once_a_night_and_takes_stray_files_along(
    context: JobsContext, sessions: Sessions, clock: StandingClock, receive: Receive
) -> None:
    receive()
    with transaction(sessions) as session:
        session.scalars(select(InboundMessage)).one().outcome = "answered"
    stray, fresh = context.media.write(b"1"), context.media.write(b"2")
    path = context.media.path(stray)
    assert path is not None
    os.utime(path, (0, 0))
    clock.move(days=366)
    assert ticker.forget_what_is_too_old(context)
    assert not ticker.forget_what_is_too_old(context)
    with sessions() as session:
        assert session.scalars(select(InboundMessage)).all() == []
    assert context.media.path(stray) is None
    assert context.media.path(fresh) is not None


def test_a_job_that_another_worker_resumed_first_stops_nobody(
    context: JobsContext, receive: Receive, sessions: Sessions, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive()
    receive("SM2", address="+212612345679")
    for _ in range(2):
        seize(sessions, silent_for=60)

    async def resume() -> None:
        async with app.open_async():
            stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=12))
            await app.job_manager.retry_job(stalled[0])

            async def seen_before(**_: object) -> object:
                return stalled

            monkeypatch.setattr(app.job_manager, "get_stalled_jobs", seen_before)
            await ticker.resume_stalled(app)

    asyncio.run(resume())
    assert [status for status, _ in job_states(sessions)] == ["todo", "todo"]
