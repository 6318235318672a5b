"""Answers that the worker sends right after the turn that made them: their jobs are its own from the beginning."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from procrastinate import App, BaseRetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from psycopg import OperationalError

from bot.jobs import outbound
from bot.jobs.context import JobsContext
from bot.jobs.inbound import TurnJob
from bot.services.at_once import Held
from bot.store.queue import OUTBOUND_TASK, SEND_QUEUE, WorkerJobs

log = logging.getLogger(__name__)

AT_ONCE = 8
"""So many are under way at most: a provider that is slow must not keep the turns waiting. The rest goes by the queue."""
PAUSE = 1.0
"""Seconds between the tries to give a job back while the database is away."""


def own_jobs(app: App) -> WorkerJobs | None:
    """The queue in the product's own database; None where the app has another one, as in a test."""
    manager = app.job_manager
    return manager if isinstance(manager, WorkerJobs) else None


def turn_job(jobs: WorkerJobs | None, job: Job, *, sends: bool) -> TurnJob | None:
    """What a turn has to know of its job, where it may take it off the queue."""
    if jobs is None or job.id is None or job.worker_id is None:
        return None
    return TurnJob(job_id=job.id, worker_id=job.worker_id, sends=sends)


class HeldSends:
    """Sends what turns hold, and does with its jobs what the queue does with others: ends them, or tries them again later."""

    def __init__(self, app: App, context: JobsContext, retry: BaseRetryStrategy) -> None:
        self._app, self._context, self._retry = app, context, retry
        self._under_way = 0

    @property
    def has_room(self) -> bool:
        """Whether another one may be held."""
        return self._under_way < AT_ONCE

    async def send(self, held: Held) -> None:
        """Send one. Raises nothing: the turn that it belongs to is done."""
        self._under_way += 1
        try:
            if not await outbound.send_held(self._context, held):
                await self._until_heard(lambda: self._end(held.job_id))
        except (Exception, asyncio.CancelledError) as failed:  # noqa: BLE001 - the job's boundary: it is tried again
            log.info("outbound message %s goes back: %s", held.content.outbound_id, type(failed).__name__)
            await self._give_back(held, failed)
        finally:
            self._under_way -= 1

    async def _end(self, job_id: int) -> None:
        await self._app.job_manager.finish_job_by_id_async(
            job_id=job_id, status=Status.SUCCEEDED, delete_job=True
        )

    async def _give_back(self, held: Held, failed: BaseException) -> None:
        job = Job(
            id=held.job_id,
            queue=SEND_QUEUE,
            lock=None,
            queueing_lock=None,
            task_name=OUTBOUND_TASK,
        )
        decision = self._retry.get_retry_decision(exception=failed, job=job)
        at = decision.retry_at if decision is not None else None
        retry_at = at or datetime.now(UTC)
        await self._until_heard(
            lambda: self._app.job_manager.retry_job_by_id_async(job_id=held.job_id, retry_at=retry_at)
        )

    async def _until_heard(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Tell the queue, however long the database is away. What it refuses, another worker has taken up meanwhile."""
        while True:
            try:
                await tell()
            except ConnectorException as failed:
                if isinstance(failed.__cause__, OperationalError):
                    await asyncio.sleep(PAUSE)
                    continue
                log.warning("a job that was held is not ours any more")
            return
