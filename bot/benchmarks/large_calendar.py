"""What the questions of a conversation cost in a large calendar."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.benchmarks.booking_data import NOW, make_bookings, make_people, make_times
from bot.core.messages import Location
from bot.services import stops
from bot.store.engine import make_engine, make_sessions

TIMES = 60
SHOWN = 4
"""So many stops are offered at once."""


def queries(url: str, scale: int) -> None:
    """1,000 stops with 60 times each, and a million bookings, which leave 2 % of the places free."""
    times = make_times(url, number=TIMES, capacity=17, stops=1000 // scale)
    make_bookings(url, times=times, people=make_people(url, number=1), number=1_000_000 // scale)
    with make_sessions(make_engine(url))() as session:
        some = session.scalars(text("SELECT id FROM stop ORDER BY random() LIMIT 200")).all()
        near = Location(latitude=33.82, longitude=-6.07)
        nearest = partial(stops.with_room, session, now=NOW, near=near, limit=SHOWN)
        _percentiles("nearest stops with room", [nearest] * 200)
        print("  ", "; ".join(_scans(session, nearest)))
        _percentiles("all stops, nearest first", [lambda: stops.upcoming(session, now=NOW, near=near)] * 200)
        _percentiles("one stop", [partial(stops.get, session, stop_id=stop, now=NOW) for stop in some])
        free = [partial(stops.free_times, session, stop_id=stop, now=NOW) for stop in some]
        _percentiles("free times of a stop", free)
        print("  ", "; ".join(_scans(session, free[0])))


def _scans(session: Session, call: Callable[[], object]) -> list[str]:
    """How PostgreSQL finds the rows of what ``call`` asks."""
    asked: list[tuple[str, Mapping[str, object]]] = []

    def note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    call()
    event.remove(connection, "before_cursor_execute", note)
    plan = connection.exec_driver_sql(f"EXPLAIN {asked[-1][0]}", dict(asked[-1][1])).scalars()
    return [line.strip(" ->").split("  (")[0] for line in plan if " Scan " in line]


def _percentiles(name: str, calls: Sequence[Callable[[], object]]) -> None:
    spent = []
    for call in calls:
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    print(f"{name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")
