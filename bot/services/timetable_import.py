"""Bringing the calendar to what a spreadsheet says: everything is right, or nothing is done; and nobody loses a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import CALLED_OFF
from bot.core.reminder_rules import CASABLANCA
from bot.gazetteer import Gazetteer
from bot.services import stop_edits, stop_rows
from bot.services.plan_wishes import plan_of
from bot.services.stop_rows import Row, RowProblem
from bot.services.timetable_sheets import Line
from bot.store.models import Caravan, Stop

Key = tuple[date, str]
"""Day and commune: what makes a stop the same in the sheet and in the calendar."""


@dataclass(frozen=True, kw_only=True)
class LineProblem:
    """What is wrong in one line of the sheet."""

    number: int
    problem: RowProblem


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a line does: "new" or "changed". ``columns`` are those that differ; ``before`` and ``after`` are their cells."""

    number: int
    kind: str
    row: Row
    stop_id: int | None
    columns: tuple[str, ...]
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Import:
    """All lines, compared with the calendar. With any problem nothing may be written. Stops that the sheet leaves out stay."""

    problems: tuple[LineProblem, ...]
    changes: tuple[Change, ...]
    same: int


def export(session: Session, caravan: Caravan) -> list[dict[str, str]]:
    """The cells of all stops that stand or stood, by day."""
    return [stop_rows.write(plan_of(stop), stop.status) for stop in _stops(session, caravan)]


def compare(
    session: Session, *, caravan: Caravan, lines: Sequence[Line], gazetteer: Gazetteer, now: datetime
) -> Import:
    """What the sheet would do, or what is wrong with it."""
    known = {(stop.day, stop.commune_code): stop for stop in _stops(session, caravan)}
    today = now.astimezone(CASABLANCA).date()
    problems: list[LineProblem] = []
    changes: list[Change] = []
    first: dict[Key, int] = {}
    same = 0
    for line in lines:
        row = stop_rows.read(line.cells, gazetteer)
        found = row if isinstance(row, list) else _refused(row, line, first, known, today)
        if found or isinstance(row, list):
            problems += [LineProblem(number=line.number, problem=problem) for problem in found]
            continue
        change = _change(row, line, known.get((row.plan.day, row.plan.commune_code)))
        if change is None:
            same += 1
        else:
            changes.append(change)
    return Import(problems=tuple(problems), changes=tuple(changes), same=same)


def apply(session: Session, *, caravan: Caravan, changes: Sequence[Change], now: datetime) -> None:
    """Write all changes. Raises StopRefused where the calendar has moved on meanwhile; then nothing is written."""
    for change in changes:
        plan, status = change.row.plan, change.row.status
        if change.stop_id is None:
            stop_edits.create(session, caravan=caravan, plan=plan, status=status, now=now)
        else:
            stop_edits.edit(session, stop_id=change.stop_id, plan=plan, status=status, now=now)


def _stops(session: Session, caravan: Caravan) -> Sequence[Stop]:
    return session.scalars(
        select(Stop)
        .where(Stop.caravan_id == caravan.id, Stop.status.not_in(CALLED_OFF))
        .order_by(Stop.day, Stop.opens_at, Stop.id)
    ).all()


def _refused(
    row: Row, line: Line, first: dict[Key, int], known: dict[Key, Stop], today: date
) -> list[RowProblem]:
    key = (row.plan.day, row.plan.commune_code)
    earlier = first.setdefault(key, line.number)
    if earlier != line.number:
        return [RowProblem(column="commune", key="row_twice", value=str(earlier))]
    stop = known.get(key)
    if _same(row, stop):
        return []
    if row.plan.day < today:
        return [RowProblem(column="day", key="row_past", value=row.plan.day.isoformat())]
    if stop is not None and stop_edits.harms(stop, row.plan):
        return [RowProblem(column="commune", key="row_needs_plan", value=row.plan.day.isoformat())]
    return []


def _same(row: Row, stop: Stop | None) -> bool:
    return stop is not None and row.plan == plan_of(stop) and row.status == stop.status


def _change(row: Row, line: Line, stop: Stop | None) -> Change | None:
    if _same(row, stop):
        return None
    after = stop_rows.write(row.plan, row.status)
    before = stop_rows.write(plan_of(stop), stop.status) if stop is not None else {}
    columns = tuple(column for column in stop_rows.COLUMNS if before.get(column) != after[column])
    return Change(
        number=line.number,
        kind="new" if stop is None else "changed",
        row=row,
        stop_id=stop.id if stop is not None else None,
        columns=columns,
        before=before,
        after=after,
    )
