"""``python -m bot.benchmarks.booking [--small]``: bookings against a PostgreSQL of their own, beside two ways not to do it."""

from __future__ import annotations

import argparse
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.benchmarks import large_calendar, many_people
from bot.benchmarks.booking_data import NOW, Person, make_people, make_times
from bot.data_dir import locate
from bot.services import bookings, places
from bot.services.bookings import AlreadyBooked, TimeTaken
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.migrate import upgrade
from bot.store.models import AppointmentTime, Booking
from bot.supervise import embedded

PROCESSES = 16
WAYS = ("ours", "row lock", "read then write")
"""Ours counts in one UPDATE and does all that belongs to a booking; one peer locks the row of the time and counts the bookings,
one only reads; both then write the row of the booking, and nothing else."""
BARE = ("ours, bare", "row lock, bare")


def main() -> None:
    """Run all, or what ``--only`` names, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="one part; may be repeated")
    chosen = parser.parse_args()
    scale = 10 if chosen.small else 1
    print(
        f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}, PostgreSQL embedded"
    )
    for name in chosen.only or PARTS:
        # Each part has a database of its own, so that none measures what another left behind.
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            cluster = embedded.cluster_of(locate(Path(folder)), durable=True)
            with embedded.serving(cluster) as url:
                upgrade(url)
                PARTS[name](url, scale)


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
    """Like with like: ours and the row lock count a place and write the same row of a booking, nothing else.

    The whole booking, with its reminders and consent, stands beside them.
    """
    rates = {}
    for way in ("ours", *BARE):
        times = make_times(url, number=60, capacity=4, stops=35 // scale or 1)
        wishes = [time_id for time_id in times for _ in range(4)]
        random.Random(7).shuffle(wishes)
        people = make_people(url, number=len(wishes))
        started = time.perf_counter()
        won = _in_processes(url, way, list(zip(people, wishes, strict=True)))
        rates[way] = won / (time.perf_counter() - started)
        print(f"{len(wishes)} bookings by {PROCESSES} writers, {way}: {won} made, {rates[way]:.0f} a second")
    print(f"counting a place, ours to the row lock: {rates['ours, bare'] / rates['row lock, bare']:.2f}")


def _in_processes(url: str, way: str, wishes: Sequence[tuple[Person, int]]) -> int:
    """How many were told yes."""
    parts = [wishes[start::PROCESSES] for start in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(_book_all, [url] * PROCESSES, [way] * PROCESSES, parts))


def _book_all(url: str, way: str, wishes: Sequence[tuple[Person, int]]) -> int:
    engine = make_engine(url, connections=1)
    sessions = make_sessions(engine)
    won = sum(_try(sessions, way, person, time_id) for person, time_id in wishes)
    engine.dispose()
    return won


def _try(sessions: Sessions, way: str, person: Person, time_id: int) -> bool:
    try:
        with transaction(sessions) as session:
            return _book(session, way, person, time_id)
    except (TimeTaken, AlreadyBooked):
        return False


def _book(session: Session, way: str, person: Person, time_id: int) -> bool:
    if way.startswith(("row lock", "read then write")):
        query = select(AppointmentTime.capacity).where(AppointmentTime.id == time_id)
        capacity = session.scalar(query.with_for_update() if way.startswith("row lock") else query) or 0
        taken = session.scalar(select(func.count()).where(Booking.appointment_time_id == time_id)) or 0
        if taken >= capacity:
            return False
    if way == "ours, bare":
        places.take_place(session, time_id, service=None, now=NOW)
    if way != "ours":
        session.add(_row(person, time_id))
        return True
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


def _row(person: Person, time_id: int) -> Booking:
    return Booking(
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


PARTS: Mapping[str, Callable[[str, int], None]] = {
    "races": _races,
    "throughput": _throughput,
    "plan": many_people.postponement,
    "reminders": many_people.reminders,
    "queries": large_calendar.queries,
}


if __name__ == "__main__":
    main()
