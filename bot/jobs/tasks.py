"""The queue's tasks: how often each is tried, and with which pauses."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job

from bot.channels.errors import SendError
from bot.core import backoff
from bot.jobs import inbound, media, outbound
from bot.jobs.context import JobsContext
from bot.jobs.held_sends import HeldSends, own_jobs, turn_job
from bot.services.arrivals import NotYet
from bot.services.rates import TooFast
from bot.store.queue import INBOUND_TASK, MEDIA_QUEUE, MEDIA_TASK, OUTBOUND_TASK

POISONED_TURN = 100
POISONED_SEND = 300
"""So often a job is tried whatever happens; then it is set aside for the staff to see. Far more than what a job decides itself."""
TURNS_AT_ONCE = 5
"""More would only take each other's processor, and the web service's."""


class RetryTurn(BaseRetryStrategy):
    """A turn is tried until it is answered or given up, which the job itself decides."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return _again_in(0.0)
        if isinstance(exception, NotYet):
            return _again_in(exception.retry_after)
        if job.attempts >= POISONED_TURN:
            return None
        return _again_in(backoff.turn_pause(job.attempts))


class RetrySend(BaseRetryStrategy):
    """A message that is known not to have been sent is tried for a day; any other error (a lost database) likewise.

    A job that the end of its worker has cancelled goes back at once, here and above.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return _again_in(0.0)
        if isinstance(exception, TooFast):
            return _again_in(exception.retry_after * (1 + random.random() / 4))
        if job.attempts >= POISONED_SEND:
            return None
        pause = backoff.send_pause(job.attempts, jitter=random.random())
        if isinstance(exception, SendError) and exception.retry_after is not None:
            pause = max(pause, exception.retry_after)
        return _again_in(pause)


def _again_in(seconds: float) -> RetryDecision:
    return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=seconds))


def register(app: App, context: JobsContext) -> None:
    """Add the tasks to a worker's app."""

    held_sends, jobs = HeldSends(app, context, RetrySend()), own_jobs(app)
    turns = asyncio.Semaphore(TURNS_AT_ONCE)

    @app.task(name=INBOUND_TASK, retry=RetryTurn(), pass_context=True)
    async def answer(job: JobContext, *, inbound_id: int) -> None:
        async with turns:
            this = turn_job(jobs, job.job, sends=held_sends.has_room)
            done = await inbound.answer(context, inbound_id=inbound_id, attempts=job.job.attempts, job=this)
        if jobs is not None and this is not None and done is not None:
            jobs.taken_off(this.job_id)
            if done.held is not None:
                await held_sends.send(done.held)

    @app.task(name=OUTBOUND_TASK, retry=RetrySend(), pass_context=True)
    async def send(job: JobContext, *, outbound_id: int) -> None:
        job_id = job.job.id if jobs is not None else None
        taken_off = await outbound.send(context, outbound_id=outbound_id, job_id=job_id)
        if jobs is not None and job_id is not None and taken_off:
            jobs.taken_off(job_id)

    @app.task(name=MEDIA_TASK, queue=MEDIA_QUEUE, retry=RetrySend(), pass_context=True)
    async def fetch(job: JobContext, *, media_id: int) -> None:
        await media.fetch(context, media_id=media_id, attempts=job.job.attempts)
