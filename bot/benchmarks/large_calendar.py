"""What the questions of a conversation cost in a large calendar."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import text

from bot.benchmarks.booking_data import NOW, make_bookings, make_people, make_times
from bot.core.messages import Location
from bot.services import stops
from bot.store.engine import make_engine, make_sessions

TIMES = 60
PLAN = "EXPLAIN SELECT * FROM appointment_time WHERE stop_id = {stop} AND taken + held < capacity"


def queries(url: str, scale: int) -> None:
    """1,000 stops with 60 times each, and a million bookings, which leave 2 % of the places free."""
    times = make_times(url, number=TIMES, capacity=17, stops=1000 // scale)
    make_bookings(url, times=times, people=make_people(url, number=1), number=1_000_000 // scale)
    with make_sessions(make_engine(url))() as session:
        some = session.scalars(text("SELECT id FROM stop ORDER BY random() LIMIT 200")).all()
        near = Location(latitude=33.82, longitude=-6.07)
        _percentiles("nearest stops", [lambda: stops.upcoming(session, now=NOW, near=near)] * 200)
        _percentiles("one stop", [partial(stops.get, session, stop_id=stop, now=NOW) for stop in some])
        free = [partial(stops.free_times, session, stop_id=stop, now=NOW) for stop in some]
        _percentiles("free times of a stop", free)
        plan = session.scalars(text(PLAN.format(stop=some[0]))).all()
        print("free times:", next(line.strip() for line in plan if "Index" in line or "Scan" in line))


def _percentiles(name: str, calls: Sequence[Callable[[], object]]) -> None:
    spent = []
    for call in calls:
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    print(f"{name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")
