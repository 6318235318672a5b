"""The product's clock. Domain code takes ``now``; entry points read it here, once per use case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput
from bot.store.engine import Sessions
from bot.store.models import ClockOffset

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""


class ClockMovesForwardOnly(InvalidInput):
    """The sandbox asked the product's clock to go back."""


def real_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def product_clock(sessions: Sessions, *, movable: bool) -> Clock:
    """The clock that a process uses. Only with the sandbox is it movable: then its offset is read from the database each time."""
    if not movable:
        return real_clock

    def now() -> datetime:
        with sessions() as session:
            return real_clock() + _offset(session)

    return now


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
