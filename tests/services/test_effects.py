"""What a turn writes, it writes once, wherever it runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Lock

import pytest
from sqlalchemy import select

from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.services import effects, receiving
from bot.store.engine import Sessions, transaction
from bot.store.models import TurnEffect
from bot.store.models.base import Json


@pytest.fixture
def turn(sessions: Sessions, now: datetime) -> int:
    message = InboundMessage(
        channel=Channel.TELEGRAM, provider_id="1", address="77", kind=InboundKind.TEXT, raw={}
    )
    with transaction(sessions) as session:
        stored = receiving.receive(session, message, now=now)
    assert stored is not None
    return stored


def test_the_same_turn_in_several_processes_at_once_writes_once(
    sessions: Sessions, now: datetime, turn: int
) -> None:
    start, lock, written = Barrier(4), Lock(), []

    def write() -> Json:
        with lock:
            written.append(1)
            return {"booking": len(written)}

    def run(_: int) -> Json:
        start.wait(10)
        with transaction(sessions) as session:
            return effects.once(session, turn_id=turn, name="book", now=now, write=write)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    assert results == [{"booking": 1}] * 4
    assert len(written) == 1


def test_a_write_that_failed_is_tried_again(sessions: Sessions, now: datetime, turn: int) -> None:
    def fail() -> Json:
        raise ValueError("no place")

    with pytest.raises(ValueError, match="no place"), transaction(sessions) as session:
        effects.once(session, turn_id=turn, name="book", now=now, write=fail)
    with transaction(sessions) as session:
        done = effects.once(session, turn_id=turn, name="book", now=now, write=lambda: {"booking": 1})
    assert done == {"booking": 1}


def test_what_was_rolled_back_is_not_remembered(sessions: Sessions, now: datetime, turn: int) -> None:
    with sessions() as session:
        effects.once(session, turn_id=turn, name="book", now=now, write=lambda: {"booking": 1})
        session.rollback()
    with sessions() as session:
        assert session.scalars(select(TurnEffect)).all() == []


def test_two_effects_of_one_turn_are_two(sessions: Sessions, now: datetime, turn: int) -> None:
    with transaction(sessions) as session:
        booked = effects.once(session, turn_id=turn, name="book", now=now, write=lambda: {"made": 1})
        asked = effects.once(session, turn_id=turn, name="handoff", now=now, write=lambda: {"made": 2})
    assert (booked, asked) == ({"made": 1}, {"made": 2})
