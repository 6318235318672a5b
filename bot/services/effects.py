"""Writing once per turn: a turn that is run again finds what its first run wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.models import TurnEffect
from bot.store.models.base import Json


def once(session: Session, *, turn_id: int, name: str, now: datetime, write: Callable[[], Json]) -> Json:
    """The result of ``write`` for this turn, which is called at most once however often and wherever the turn runs.

    ``write`` returns a JSON object. What it wrote and the memory of it commit together with the session.
    """
    key = f"{turn_id}:{name}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    known = session.get(TurnEffect, (turn_id, name))
    if known is not None:
        return known.result
    result = write()
    session.add(TurnEffect(turn_id=turn_id, name=name, result=result, at=now))
    session.flush()
    return result
