"""What processes counted, kept where every other process can read it. In real time: the product's clock has no part in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.store.models import ProcessMetrics

FORGOTTEN_AFTER = timedelta(minutes=2)
"""A process that has stored nothing for so long is gone."""


def store(session: Session, *, process: str, metrics: Mapping[str, Any], now: datetime) -> None:
    """Replace what ``process`` stored before. ``now`` is the machine's time."""
    values = {"at": now, "metrics": dict(metrics)}
    session.execute(
        insert(ProcessMetrics)
        .values(process=process, **values)
        .on_conflict_do_update(index_elements=["process"], set_=values)
    )


def forget_gone(session: Session, *, now: datetime) -> None:
    """Drop what processes left that are gone."""
    session.execute(delete(ProcessMetrics).where(ProcessMetrics.at < now - FORGOTTEN_AFTER))


def read(session: Session, *, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """What each living process stored last, by its name."""
    rows = session.scalars(
        select(ProcessMetrics)
        .where(ProcessMetrics.at >= now - FORGOTTEN_AFTER)
        .order_by(ProcessMetrics.process)
    )
    return [(row.process, row.metrics) for row in rows]
