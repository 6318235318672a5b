"""Deferring jobs inside the caller's transaction: a job exists if and only if the rows that caused it do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.engine import IDLE_SECONDS

INBOUND_TASK = "inbound"
OUTBOUND_TASK = "outbound"
MEDIA_TASK = "media"

TALK_QUEUE = "default"
SEND_QUEUE = "send"
"""Apart from the turns: while these wait for Rasa, what has been answered leaves all the same, and the other way round."""
MEDIA_QUEUE = "media"
PRIORITY_TURN = 30
"""A turn's job is stored by the statement that stores its message (:mod:`bot.store.inbox`)."""
PRIORITY_MEDIA = 0

_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(array_agg(
        CAST(ROW(queue, task, priority, lock, NULL, arguments, at) AS procrastinate_job_to_defer_v1) ORDER BY number
    ))
    FROM ROWS FROM (jsonb_to_recordset(CAST(:jobs AS jsonb)) AS (
        queue text, task text, priority int, lock text, arguments jsonb, at timestamptz
    )) WITH ORDINALITY AS job (queue, task, priority, lock, arguments, at, number)
    """
)
"""What procrastinate itself says, on the session's own connection, so that a job commits with its cause."""

Deferred = dict[str, Any]


def worker_app(conninfo: str) -> App:
    """The app of a worker process, which fetches and runs jobs. Each of its statements is a transaction of its own."""
    connector = PsycopgConnector(
        conninfo=conninfo, min_size=1, max_size=10, configure=_alone, pool_factory=_pool
    )
    app = App(connector=connector)
    app.job_manager = WorkerJobs(connector)
    return app


class WorkerJobs(JobManager):
    """Jobs of a worker, some of which the transaction that did their work has taken off the queue: they need no finishing."""

    def __init__(self, connector: PsycopgConnector) -> None:
        super().__init__(connector)
        self._taken_off: set[int | None] = set()

    def taken_off(self, job_id: int) -> None:
        """To be said once that transaction is committed."""
        self._taken_off.add(job_id)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """As procrastinate does it, where it is left to do."""
        if job.id in self._taken_off:
            self._taken_off.discard(job.id)
            return
        await super().finish_job(job=job, status=status, delete_job=delete_job)


async def _alone(connection: AsyncConnection) -> None:
    await connection.set_autocommit(True)


def _pool(**arguments: Any) -> AsyncConnectionPool:
    """As procrastinate makes it, but a connection that was tried a moment ago is not tried before each statement."""
    tried: WeakKeyDictionary[AsyncConnection, float] = WeakKeyDictionary()

    async def try_if_idle(connection: AsyncConnection) -> None:
        if time.monotonic() - tried.get(connection, 0.0) >= IDLE_SECONDS:
            await AsyncConnectionPool.check_connection(connection)
            tried[connection] = time.monotonic()

    return AsyncConnectionPool(**{**arguments, "check": try_if_idle})


@dataclass(frozen=True, kw_only=True)
class Send:
    """Messages to one address leave in the order in which they were stored; ``address_lock`` names the address without showing it."""

    channel: str
    address_lock: int
    priority: int

    @property
    def lock(self) -> str:
        """The lock of its job."""
        return f"send:{self.channel}:{self.address_lock}"


def defer_sends(session: Session, sends: Mapping[int, Send]) -> None:
    """Send each outbound message, by its id; all jobs are one statement."""
    jobs = [
        _job(OUTBOUND_TASK, send.lock, send.priority, queue=SEND_QUEUE, outbound_id=outbound_id)
        for outbound_id, send in sends.items()
    ]
    _defer(session, jobs)


_HOLD = text(
    """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status, worker_id)
    SELECT :queue, :task, :priority, CAST(:lock AS text), jsonb_build_object('outbound_id', CAST(:outbound_id AS bigint)),
        'doing', :worker_id
    WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = :lock AND status IN ('todo', 'doing'))
    ON CONFLICT DO NOTHING
    RETURNING id
    """
)


def hold_send(session: Session, *, outbound_id: int, send: Send, worker_id: int) -> int | None:
    """As :func:`defer_sends`, but the job is this worker's from the beginning, as if it had fetched it: its id. None where others to the
    same address are before it; then nothing is stored. If the worker dies, the job is taken up again like any other of its jobs.
    """
    session.flush()
    values = {
        "queue": SEND_QUEUE,
        "task": OUTBOUND_TASK,
        "priority": send.priority,
        "lock": send.lock,
        "outbound_id": outbound_id,
        "worker_id": worker_id,
    }
    held: int | None = session.scalar(_HOLD, values)
    return held


def take_off(session: Session, job_id: int) -> None:
    """Take a job that runs off the queue, in the transaction that does its work."""
    session.execute(
        text("DELETE FROM procrastinate_jobs WHERE id = :id AND status = 'doing'"), {"id": job_id}
    )


def defer_resend(session: Session, *, outbound_id: int, priority: int, delay: timedelta | None) -> None:
    """A message that was sent before, in no order with others; after ``delay``, where there is one."""
    at = None if delay is None else datetime.now(UTC) + delay
    lock = f"again:{outbound_id}"
    job = _job(OUTBOUND_TASK, lock, priority, at=at, queue=SEND_QUEUE, outbound_id=outbound_id)
    _defer(session, [job])


def defer_media(session: Session, *, media_id: int) -> None:
    """Fetch an attachment, whenever there is time; nothing waits for it."""
    job = _job(MEDIA_TASK, f"media:{media_id}", PRIORITY_MEDIA, queue=MEDIA_QUEUE, media_id=media_id)
    _defer(session, [job])


def _job(
    task: str,
    lock: str,
    priority: int,
    *,
    at: datetime | None = None,
    queue: str,
    **arguments: int,
) -> Deferred:
    return {
        "queue": queue,
        "task": task,
        "priority": priority,
        "lock": lock,
        "arguments": arguments,
        "at": None if at is None else at.isoformat(),
    }


def _defer(session: Session, jobs: Sequence[Deferred]) -> None:
    if jobs:
        session.flush()
        session.execute(_DEFER, {"jobs": json.dumps(jobs)})
