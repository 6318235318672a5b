"""How long people wait for a person: measured from what handoffs themselves note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.store.models import ContactAddress, Conversation, Handoff

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class HandoffNumbers:
    """Handoffs that were asked for in a span of time. Times count from the request; None where there is none yet.

    ``first_answer`` and ``to_close`` are medians, ``slow_first_answer`` is what nine in ten stay under.
    """

    asked: int
    answered: int
    closed: int
    closed_by_silence: int
    first_answer: timedelta | None
    slow_first_answer: timedelta | None
    to_close: timedelta | None
    by_reason: Mapping[str, int]


def measure(session: Session, *, since: datetime, until: datetime) -> HandoffNumbers:
    """The numbers of the handoffs requested from ``since`` to before ``until`` (aware)."""
    within = (Handoff.requested_at >= since, Handoff.requested_at < until)
    answer = Handoff.first_answer_at - Handoff.requested_at
    close = Handoff.closed_at - Handoff.requested_at
    row = session.execute(
        select(
            func.count(),
            func.count(Handoff.first_answer_at),
            func.count(Handoff.closed_at),
            func.count().filter(Handoff.closed_by == "silence"),
            _share(0.5, answer),
            _share(0.9, answer),
            _share(0.5, close),
        ).where(*within)
    ).one()
    reasons = session.execute(
        select(Handoff.reason, func.count()).where(*within).group_by(Handoff.reason).order_by(Handoff.reason)
    )
    return HandoffNumbers(
        asked=row[0],
        answered=row[1],
        closed=row[2],
        closed_by_silence=row[3],
        first_answer=row[4],
        slow_first_answer=row[5],
        to_close=row[6],
        by_reason={row.reason: row[1] for row in reasons},
    )


@dataclass(frozen=True, kw_only=True)
class AskedFor:
    """One request for a person. ``requested_at`` is aware; times count from it, None where that has not happened."""

    conversation_id: int
    name: str | None
    reason: str
    requested_at: datetime
    first_answer: timedelta | None
    to_close: timedelta | None


def requests(
    session: Session, *, since: datetime, until: datetime, reason: str | None = None
) -> tuple[AskedFor, ...]:
    """The latest requests that :func:`measure` counts, latest first, no more than fifty; ``reason`` keeps those for it."""
    query = (
        select(Handoff, ContactAddress.profile_name)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .join(ContactAddress, ContactAddress.id == Conversation.address_id)
        .where(Handoff.requested_at >= since, Handoff.requested_at < until)
        .order_by(Handoff.requested_at.desc(), Handoff.id.desc())
        .limit(SHOWN)
    )
    if reason is not None:
        query = query.where(Handoff.reason == reason)
    return tuple(
        AskedFor(
            conversation_id=handoff.conversation_id,
            name=name,
            reason=handoff.reason,
            requested_at=handoff.requested_at,
            first_answer=_since(handoff.requested_at, handoff.first_answer_at),
            to_close=_since(handoff.requested_at, handoff.closed_at),
        )
        for handoff, name in session.execute(query)
    )


def _since(begin: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else end - begin


def _share(share: float, length: ColumnElement[Any]) -> ColumnElement[timedelta | None]:
    return func.percentile_cont(share).within_group(length)
