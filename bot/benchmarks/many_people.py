"""A change of plan and an evening's reminders that concern thousands."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as clock
from multiprocessing import Process

from sqlalchemy import select, text

from bot.benchmarks.booking_data import NOW, make_bookings, make_people, make_times
from bot.core.texts import default_texts
from bot.core.timetable import PlannedStop
from bot.services import announcements, plan_changes, plan_preview, reminder_sending, stop_edits, stops
from bot.services.plan_wishes import Wish, plan_of
from bot.store.engine import make_engine, make_sessions, transaction
from bot.store.models import AppointmentTime, Caravan, Stop

WORKERS = 3
KILLED_EVERY_SECONDS = 2.0
GRACE = timedelta(minutes=2)
_DUE = """
INSERT INTO reminder (booking_id, booking_version, kind, due_at, status)
SELECT id, version, 'evening', :now, 'due' FROM booking
"""
_TWICE = "SELECT count(*) FROM (SELECT address FROM outbound_message GROUP BY 1 HAVING count(*) > 1) AS twice"


def _name(code: str) -> dict[str, str]:
    return {"fr": "Tiflet", "ar": "تيفلت"}


def postponement(url: str, scale: int) -> None:
    """A stop of 2,000 people is postponed: the preview, the transaction, and the news."""
    sessions = make_sessions(make_engine(url))
    number = 2000 // scale
    stop_id, times = _crowded(url, number)
    make_bookings(url, times=times, people=make_people(url, number=number), number=number)
    with transaction(sessions) as session:
        plan = plan_of(session.get_one(Stop, stop_id))
    wish = Wish(kind="postpone", stop_id=stop_id, plan=replace(plan, day=plan.day + timedelta(days=1)))
    started = time.perf_counter()
    with transaction(sessions) as session:
        plan_preview.preview(session, wish=wish, texts=default_texts(), commune_name=_name, now=NOW)
    print(f"postponement of {number} people: preview {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    with transaction(sessions) as session:
        carried = plan_changes.confirm(session, wish=wish, key="bench", staff_id=None, now=NOW, grace=GRACE)
        told = len(carried.announcements)
    print(f"postponement of {number} people: transaction {time.perf_counter() - started:.1f} s, {told} news")
    started, queued = time.perf_counter(), 0
    with transaction(sessions) as session:
        announcements.release(session, now=NOW + GRACE)
    while True:
        with transaction(sessions) as session:
            batch = announcements.send_due(
                session, texts=default_texts(), commune_name=_name, now=NOW + GRACE
            )
        queued += batch
        if batch == 0:
            break
    seconds = time.perf_counter() - started
    print(f"news: {queued} queued by one worker, {queued / seconds:.0f} a second")


def _crowded(url: str, number: int) -> tuple[int, list[int]]:
    """A stop that holds so many people, and its times."""
    make_times(url, number=1, capacity=1)  # the edition
    with transaction(make_sessions(make_engine(url))) as session:
        caravan = stops.current_caravan(session)
        assert isinstance(caravan, Caravan)
        plan = PlannedStop(
            commune_code="04.291.01.03",
            day=date(2027, 1, 12),
            opens_at=clock(9),
            closes_at=clock(16),
            breaks=(),
            advisers=number // 80 + 1,
            minutes=5,
            latitude=33.6,
            longitude=-6.6,
            venue_fr=None,
            venue_ar=None,
            services=("jobs",),
            own_advisers={},
            walk_in=0,
        )
        stop = stop_edits.create(session, caravan=caravan, plan=plan, status="confirmed", now=NOW)
        found = select(AppointmentTime.id).where(AppointmentTime.stop_id == stop.id)
        return stop.id, list(session.scalars(found))


def reminders(url: str, scale: int) -> None:
    """50,000 reminders are due at one moment; of three workers one is killed every two seconds, and a new one begins."""
    number = 50_000 // scale
    times = make_times(url, number=60, capacity=15, stops=60 // scale)
    make_bookings(url, times=times, people=make_people(url, number=number), number=number)
    engine = make_engine(url)
    sessions = make_sessions(engine)
    with transaction(sessions) as session:
        session.execute(text(_DUE), {"now": NOW})
    engine.dispose()  # a process that is forked must not share a connection
    started, killed = time.perf_counter(), 0
    workers = [_worker(url) for _ in range(WORKERS)]
    while any(worker.is_alive() for worker in workers):
        time.sleep(KILLED_EVERY_SECONDS)
        victim = workers[killed % WORKERS]
        if victim.is_alive():
            victim.kill()
            victim.join()
            workers[killed % WORKERS] = _worker(url)
            killed += 1
    seconds = time.perf_counter() - started
    with sessions() as session:
        sent = session.scalar(text("SELECT count(*) FROM outbound_message")) or 0
        left = session.scalar(text("SELECT count(*) FROM reminder WHERE status = 'due'"))
        twice = session.scalar(text(_TWICE))
        jobs = session.scalar(text("SELECT count(DISTINCT args) FROM procrastinate_jobs"))
    print(
        f"{number} due reminders, {WORKERS} workers, {killed} killed: {sent} queued, {jobs} jobs, "
        f"{twice} people twice, {left} left, {seconds:.0f} s, {sent / seconds:.0f} a second"
    )


def _worker(url: str) -> Process:
    process = Process(target=_remind, args=(url,))
    process.start()
    return process


def _remind(url: str) -> None:
    sessions = make_sessions(make_engine(url))
    while True:
        with transaction(sessions) as session:
            if session.scalar(text("SELECT 1 FROM reminder WHERE status = 'due' LIMIT 1")) is None:
                return
            reminder_sending.send_due(session, texts=default_texts(), commune_name=_name, now=NOW)
