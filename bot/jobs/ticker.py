"""What the worker does by itself every few seconds: reminders that fall due, jobs whose worker died, the sign of life."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy.dialects.postgresql import insert

from bot import measures
from bot.core.retention_rules import night_of
from bot.jobs.context import JobsContext
from bot.measures import STALLED, TICKS_FAILED
from bot.process_name import process_name
from bot.services import (
    announcements,
    erasure,
    follow_ups,
    handoff_watch,
    labelling,
    places,
    process_metrics,
    reminder_sending,
    retention,
    waiting_offers,
)
from bot.store.engine import transaction
from bot.store.models import WorkerHeartbeat

log = logging.getLogger(__name__)

PERIOD = 2.0
STALLED_AFTER = 12.0
"""Seconds without a sign of life after which a worker counts as dead; see the heartbeat in bot.jobs.__main__."""
STRAY_SECONDS = 3600.0
"""Files that no row names are left alone for so long: they may just have been written."""
HEARTBEAT = "worker"


async def tick_forever(context: JobsContext, app: App) -> None:
    """Run until cancelled. A failing tick is logged and the next one tried: the database may be restarting."""
    last = time.monotonic()
    while True:
        # After a pause of this process (a machine that slept) its own jobs look stalled until it has given a sign of life.
        awake, last = time.monotonic() - last < STALLED_AFTER / 2, time.monotonic()
        try:
            await tick(context, app, resume=awake)
        except asyncio.CancelledError:
            raise
        except Exception as failed:  # the boundary of the loop: whatever it is, reminders must go on
            TICKS_FAILED.inc()
            log.error("a tick failed: %s", type(failed).__name__, exc_info=True)
        await asyncio.sleep(PERIOD)


async def tick(context: JobsContext, app: App, *, resume: bool = True) -> None:
    """One round."""
    await asyncio.to_thread(beat, context)
    await asyncio.to_thread(store_metrics, context)
    if resume:
        await resume_stalled(app)
    while await asyncio.to_thread(send_due_reminders, context):
        pass
    await asyncio.to_thread(see_to_waiting_lists, context)
    await asyncio.to_thread(tell_of_changes, context)
    await asyncio.to_thread(watch_handoffs, context)
    await asyncio.to_thread(ask_afterwards, context)
    await asyncio.to_thread(erase_who_asked, context)
    await asyncio.to_thread(forget_what_is_too_old, context)


def beat(context: JobsContext) -> None:
    """Say that the worker lives, in real time."""
    now = datetime.now(UTC)
    with transaction(context.sessions) as session:
        session.execute(
            insert(WorkerHeartbeat)
            .values(name=HEARTBEAT, at=now)
            .on_conflict_do_update(index_elements=["name"], set_={"at": now})
        )


def store_metrics(context: JobsContext) -> None:
    """Keep what this process counted where `/metrics` finds it, and drop what dead processes left; in real time."""
    now = datetime.now(UTC)
    with transaction(context.sessions) as session:
        process_metrics.store(session, process=process_name(HEARTBEAT), metrics=measures.snapshot(), now=now)
        process_metrics.forget_gone(session, now=now)


async def resume_stalled(app: App) -> None:
    """Put the jobs of dead workers back into the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        if job.id is not None:
            log.warning("job %s is resumed: its worker is gone", job.id)
            try:
                await app.job_manager.retry_job(job)
            except ConnectorException:
                continue  # another worker was quicker
            STALLED.inc()


def send_due_reminders(context: JobsContext) -> int:
    """Queue one batch of due reminders; how many there were."""
    now = context.clock()
    with transaction(context.sessions) as session:
        return reminder_sending.send_due(
            session,
            texts=context.texts,
            commune_name=context.commune_name,
            now=now,
            templates=context.ladder.templates,
        )


def see_to_waiting_lists(context: JobsContext) -> None:
    """Free what is kept no longer, and offer what is free to those who wait."""
    now = context.clock()
    with transaction(context.sessions) as session:
        places.lapse_confirming(session, now=now)
    with transaction(context.sessions) as session:
        waiting_offers.round_of(
            session,
            texts=context.texts,
            commune_name=context.commune_name,
            now=now,
            templates=context.ladder.templates,
        )


def ask_afterwards(context: JobsContext) -> None:
    """List whom no reminder has reached, and ask people about the day that is over."""
    now = context.clock()
    with transaction(context.sessions) as session:
        reminder_sending.settle(session, now=now)
    with transaction(context.sessions) as session:
        follow_ups.send_due(session, texts=context.texts, now=now, templates=context.ladder.templates)


def watch_handoffs(context: JobsContext) -> int:
    """Alert coaches to who waits too long, and let the assistant resume where nobody writes any more; how much was done."""
    now = context.clock()
    with transaction(context.sessions) as session:
        given_back = handoff_watch.give_back_silent(session, texts=context.texts, now=now)
    with transaction(context.sessions) as session:
        return given_back + handoff_watch.tell_coaches(
            session, texts=context.texts, console_url=context.console_url, now=now
        )


def erase_who_asked(context: JobsContext) -> int:
    """Erase those who are to be erased and whose conversations are at rest; how many. Their files go once the rows are gone."""
    now = context.clock()
    with transaction(context.sessions) as session:
        erased = erasure.carry_out(session, now=now)
    context.media.remove(erased.media)
    if erased.contacts:
        log.info("people erased at their request: %s", erased.contacts)
    return erased.contacts


def forget_what_is_too_old(context: JobsContext) -> bool:
    """The night's work, once a night whichever worker comes first; whether it was done now. Stray files go as well."""
    now = context.clock()
    day = night_of(now)
    if day is None:
        return False
    with transaction(context.sessions) as session:
        if not retention.begin_night(session, day=day):
            return False
        files = retention.apply(session, periods=context.retention, now=now)
        labelling.forget(session, now=now)
    context.media.remove(files)
    with context.sessions() as session:
        known = retention.media_names(session)
    context.media.remove(context.media.strays(known=known, older_than=time.time() - STRAY_SECONDS))
    log.info("the night's work is done: %s attachments removed", len(files))
    return True


def tell_of_changes(context: JobsContext) -> None:
    """Release changes of plan that can be undone no more, tell their people, and see whom nothing has reached."""
    now = context.clock()
    with transaction(context.sessions) as session:
        announcements.release(session, now=now)
    told = 1
    while told:
        with transaction(context.sessions) as session:
            told = announcements.send_due(
                session, texts=context.texts, commune_name=context.commune_name, now=now
            )
    with transaction(context.sessions) as session:
        announcements.follow_up(session, texts=context.texts, commune_name=context.commune_name, now=now)
