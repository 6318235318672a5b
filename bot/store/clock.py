"""The product's clock. Domain code takes ``now``; entry points read it here, once per use case."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput
from bot.store.engine import Sessions
from bot.store.models import ClockOffset

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""
KNOWN_AFTER = 0.25
"""Seconds after which every process knows that the sandbox's clock was moved. Whoever moves it waits for so long before they say so."""


class ClockMovesForwardOnly(InvalidInput):
    """The sandbox asked the product's clock to go back."""


def real_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def product_clock(sessions: Sessions, *, movable: bool) -> Clock:
    """The clock that a process uses. Only with the sandbox is it movable: its offset is read from the database then, a few times a second
    at most.
    """
    return _MovableClock(sessions) if movable else real_clock


class _MovableClock:
    """Called by many threads at once; two of them may read the same offset, which does no harm."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._known: tuple[float, timedelta] | None = None

    def __call__(self) -> datetime:
        known, moment = self._known, time.monotonic()
        if known is None or moment - known[0] >= KNOWN_AFTER:
            with self._sessions() as session:
                known = self._known = (moment, _offset(session))
        return real_clock() + known[1]


def move_clock(session: Session, target: datetime) -> datetime:
    """Set the product's clock to ``target`` (aware); it runs on from there. Raises ClockMovesForwardOnly."""
    row = session.get(ClockOffset, 1, with_for_update=True)
    if row is None:
        row = ClockOffset(id=1, seconds=0)
        session.add(row)
    present = real_clock() + timedelta(seconds=row.seconds)
    if target < present:
        raise ClockMovesForwardOnly(f"the clock stands at {present.isoformat()} and moves forward only")
    row.seconds += (target - present).total_seconds()
    session.flush()
    return target


def _offset(session: Session) -> timedelta:
    seconds = session.scalar(select(ClockOffset.seconds).where(ClockOffset.id == 1))
    return timedelta(seconds=seconds or 0)
