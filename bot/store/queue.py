"""Deferring jobs inside the caller's transaction: a job exists if and only if the rows that caused it do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy.orm import Session

INBOUND_TASK = "inbound"
OUTBOUND_TASK = "outbound"
MEDIA_TASK = "media"

TALK_QUEUE = "default"
SEND_QUEUE = "send"
"""Apart from the turns: while these wait for Rasa, what has been answered leaves all the same, and the other way round."""
MEDIA_QUEUE = "media"
PRIORITY_TURN = 30
PRIORITY_MEDIA = 0

_deferring = App(connector=SyncPsycopgConnector())
"""Never opened: every job goes out on the session's own connection, so no pool is needed."""


def worker_app(conninfo: str) -> App:
    """The app of a worker process, which fetches and runs jobs."""
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=10))


def defer_turn(session: Session, *, inbound_id: int, conversation_id: int) -> None:
    """One turn per conversation is in flight: the conversation is the job's lock, jobs of one lock run in order of creation."""
    job = _job(INBOUND_TASK, f"conversation:{conversation_id}", PRIORITY_TURN, inbound_id=inbound_id)
    _defer(session, [job])


@dataclass(frozen=True, kw_only=True)
class Send:
    """Messages to one address leave in the order in which they were stored; ``address_lock`` names the address without showing it."""

    channel: str
    address_lock: int
    priority: int


def defer_sends(session: Session, sends: Mapping[int, Send]) -> None:
    """Send each outbound message, by its id; all jobs are one statement."""
    jobs = [
        _job(
            OUTBOUND_TASK,
            f"send:{send.channel}:{send.address_lock}",
            send.priority,
            queue=SEND_QUEUE,
            outbound_id=outbound_id,
        )
        for outbound_id, send in sends.items()
    ]
    _defer(session, jobs)


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
    queue: str = TALK_QUEUE,
    **arguments: int,
) -> Job:
    return _deferring.configure_task(
        task, lock=lock, priority=priority, schedule_at=at, queue=queue, task_kwargs=dict(arguments)
    ).job


def _defer(session: Session, jobs: list[Job]) -> None:
    if not jobs:
        return
    session.flush()
    connection = session.connection().connection.dbapi_connection
    _deferring.job_manager.batch_defer_jobs(jobs, connection=connection)
