"""The product's clock: moved forward only, for everybody at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.store.clock import KNOWN_AFTER, ClockMovesForwardOnly, move_clock, product_clock, real_clock
from bot.store.engine import Sessions, make_engine, make_sessions, transaction

AROUND = timedelta(seconds=30)


def move(sessions: Sessions, target: datetime) -> None:
    with transaction(sessions) as session:
        assert move_clock(session, target) == target


def test_before_it_is_moved_it_is_the_machines(sessions: Sessions) -> None:
    before = datetime.now(UTC)
    now = product_clock(sessions, movable=True)()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_it_is_moved_for_other_processes_too_and_runs_on(sessions: Sessions, database_url: str) -> None:
    other = make_engine(database_url)
    clock = product_clock(make_sessions(other), movable=True)
    target = real_clock() + timedelta(days=3)
    move(sessions, target)
    first, second = clock(), clock()
    assert target <= first < second < target + AROUND
    further = target + timedelta(days=2)
    move(sessions, further.astimezone(timezone(timedelta(hours=1))))
    time.sleep(KNOWN_AFTER)
    assert further <= clock() < further + AROUND
    other.dispose()


def test_it_does_not_go_back(sessions: Sessions) -> None:
    target = real_clock() + timedelta(days=3)
    move(sessions, target)
    for earlier in (target - timedelta(seconds=1), real_clock(), real_clock() - timedelta(days=1)):
        with pytest.raises(ClockMovesForwardOnly):
            move(sessions, earlier)
    assert target <= product_clock(sessions, movable=True)() < target + AROUND


def test_what_is_rolled_back_did_not_move_it(sessions: Sessions) -> None:
    with sessions() as session:
        move_clock(session, real_clock() + timedelta(days=3))
        session.rollback()
    assert product_clock(sessions, movable=True)() < real_clock() + AROUND


def test_without_the_sandbox_it_is_the_machines_whatever_the_database_says(sessions: Sessions) -> None:
    move(sessions, real_clock() + timedelta(days=3))
    assert product_clock(sessions, movable=False) is real_clock
