"""``python -m bot.benchmarks.booking [--small]``: bookings against a PostgreSQL of their own, beside two ways not to do it."""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, text

from bot.benchmarks.booking_data import NOW, Person, fill_calendar, make_people, make_times
from bot.core.messages import Location
from bot.core.texts import default_texts
from bot.data_dir import locate
from bot.services import bookings, reminder_sending, stops
from bot.services.bookings import AlreadyBooked, TimeTaken
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.migrate import upgrade
from bot.store.models import AppointmentTime, Booking, OutboundMessage
from bot.supervise import embedded

PROCESSES = 16
WAYS = ("ours", "row lock", "read then write")
"""Ours counts in one UPDATE; one peer locks the row and counts first, then does the same; one only reads, then writes."""


def main() -> None:
    """Run all and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    scale = 10 if parser.parse_args().small else 1
    print(
        f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}, PostgreSQL embedded"
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cluster = embedded.cluster_of(locate(Path(folder)), durable=True)
        with embedded.serving(cluster) as url:
            upgrade(url)
            _races(url, scale)
            _throughput(url, scale)
            _reminders(url, scale)
            _queries(url, scale)


def _races(url: str, scale: int) -> None:
    for requests in (200 // scale, 1000 // scale):
        for way in WAYS:
            (time_id,) = make_times(url, number=1, capacity=1)
            people = make_people(url, number=requests)
            started = time.perf_counter()
            won = _in_processes(url, way, [(person, time_id) for person in people])
            seconds = time.perf_counter() - started
            with make_sessions(make_engine(url))() as session:
                sold = session.scalar(
                    select(func.count()).where(
                        Booking.appointment_time_id == time_id, Booking.status == "active"
                    )
                )
            print(
                f"race of {requests} for the last place, {way}: {won} told yes, {sold} sold, "
                f"{requests - won} told no, {seconds:.2f} s"
            )


def _throughput(url: str, scale: int) -> None:
    rates = {}
    for way in WAYS[:2]:
        times = make_times(url, number=35 * 60 // scale, capacity=4)
        wishes = [time_id for time_id in times for _ in range(4)]
        random.Random(7).shuffle(wishes)
        people = make_people(url, number=len(wishes))
        started = time.perf_counter()
        won = _in_processes(url, way, list(zip(people, wishes, strict=True)))
        rates[way] = won / (time.perf_counter() - started)
        print(f"{len(wishes)} bookings by {PROCESSES} writers, {way}: {won} made, {rates[way]:.0f} a second")
    print(f"ratio to the row lock: {rates['ours'] / rates['row lock']:.2f}")


def _in_processes(url: str, way: str, wishes: Sequence[tuple[Person, int]]) -> int:
    """How many were told yes."""
    parts = [wishes[start::PROCESSES] for start in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(_book_all, [url] * PROCESSES, [way] * PROCESSES, parts))


def _book_all(url: str, way: str, wishes: Sequence[tuple[Person, int]]) -> int:
    engine = make_engine(url, pool_size=1)
    sessions = make_sessions(engine)
    won = sum(_try(sessions, way, person, time_id) for person, time_id in wishes)
    engine.dispose()
    return won


def _try(sessions: Sessions, way: str, person: Person, time_id: int) -> bool:
    try:
        with transaction(sessions) as session:
            if way != "ours":
                query = select(AppointmentTime.capacity).where(AppointmentTime.id == time_id)
                capacity = session.scalar(query.with_for_update() if way == "row lock" else query) or 0
                taken = (
                    session.scalar(select(func.count()).where(Booking.appointment_time_id == time_id)) or 0
                )
                if taken >= capacity:
                    return False
            if way != "read then write":
                bookings.book(
                    session,
                    contact_id=person[0],
                    conversation_id=person[1],
                    appointment_time_id=time_id,
                    name="Sara",
                    phone="+212612345678",
                    now=NOW,
                )
                return True
            session.add(
                Booking(
                    code=f"{person[0]}-{time_id}",
                    contact_id=person[0],
                    conversation_id=person[1],
                    appointment_time_id=time_id,
                    name="Sara",
                    person_key="sara",
                    phone="+212612345678",
                    created_at=NOW,
                    changed_at=NOW,
                )
            )
            return True
    except (TimeTaken, AlreadyBooked):
        return False


def _reminders(url: str, scale: int) -> None:
    """Reminders of the bookings made above that are due at one moment, by three workers."""
    sessions = make_sessions(make_engine(url))
    with transaction(sessions) as session:
        session.execute(text("UPDATE reminder SET due_at = :now, status = 'due'"), {"now": NOW})
        due = session.scalar(text("SELECT count(*) FROM reminder")) or 0
    started = time.perf_counter()
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(_remind, [url] * 3))
    seconds = time.perf_counter() - started
    with sessions() as session:
        sent = session.scalar(select(func.count()).select_from(OutboundMessage)) or 0
        twice = session.scalar(
            text("SELECT count(*) - count(DISTINCT outbound_id) FROM reminder WHERE outbound_id IS NOT NULL")
        )
    print(f"{due} due reminders, three workers: {sent} queued, {twice} twice, {sent / seconds:.0f} a second")


def _remind(url: str) -> None:
    sessions = make_sessions(make_engine(url))
    idle = 0
    while idle < 3:
        with transaction(sessions) as session:
            queued = reminder_sending.send_due(
                session,
                texts=default_texts(),
                commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
                now=NOW,
            )
        idle = 0 if queued else idle + 1


def _queries(url: str, scale: int) -> None:
    fill_calendar(url, stops=1000 // scale, bookings=1_000_000 // scale)
    sessions = make_sessions(make_engine(url))
    with sessions() as session:
        some = session.scalars(text("SELECT id FROM stop ORDER BY random() LIMIT 50")).all()
        near = Location(latitude=33.82, longitude=-6.07)
        _percentiles("nearest stops", [lambda: stops.upcoming(session, now=NOW, near=near)] * 30)
        _percentiles(
            "free times of a stop",
            [partial(stops.free_times, session, stop_id=stop, now=NOW) for stop in some],
        )
        plan = session.scalars(
            text(
                f"EXPLAIN SELECT * FROM appointment_time WHERE stop_id = {some[0]} AND taken + held < capacity"
            )
        ).all()
        print("free times:", next(line.strip() for line in plan if "Index" in line or "Scan" in line))


def _percentiles(name: str, calls: Sequence[Callable[[], object]]) -> None:
    spent = []
    for call in calls:
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    print(f"{name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")


if __name__ == "__main__":
    main()
