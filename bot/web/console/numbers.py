"""The numbers on one page, each leading to what it counts; the same as a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from openpyxl import Workbook
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot.core.roles import OVERSEERS
from bot.services import audit, handoff_numbers, overview, stop_numbers, stops
from bot.services.audit import Action, Kind
from bot.services.handoff_numbers import HandoffNumbers
from bot.services.overview import Overview
from bot.services.stop_numbers import Counts, StopNumbers
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of
from bot.web.places import PlaceNames
from bot.web.wording import Words

PERIODS = (7, 30, 90)
"""Days that can be chosen."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Days = Annotated[int, Query(ge=1, le=366)]
Cell = str | int | float | None

router = ConsoleRouter(prefix=f"{CONSOLE}/numbers")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Everything that the page shows."""

    overview: Overview
    handoffs: HandoffNumbers
    stops: tuple[StopNumbers, ...]

    @property
    def communes(self) -> dict[str, Counts]:
        """The stops' numbers by commune."""
        return stop_numbers.by_commune(self.stops)


@router.page("", roles=OVERSEERS)
def show_numbers(request: Request, who: Staff, days: Days = 30) -> Response:
    """The overview of the last days."""
    web = web_of(request)
    with web.sessions() as session:
        found = _numbers(session, who, days)
    busiest = max((count for _, count in found.overview.by_day), default=0)
    return page(
        request,
        who,
        "numbers.html",
        days=days,
        periods=PERIODS,
        found=found,
        busiest=busiest,
        length=lambda span: who.words.length(span) if span is not None else None,
        place=lambda code: web.places(code, who.words.language),
    )


@router.page("/messages", roles=OVERSEERS)
def show_messages(
    request: Request, who: Staff, intent: Annotated[str, Query(max_length=40)], days: Days = 30
) -> Response:
    """The messages that one of the numbers counts."""
    web = web_of(request)
    period = overview.last_days(now=who.now, days=days)
    with transaction(web.sessions) as session:
        shown = overview.messages_of(session, period, intent=intent)
        seen = [(Kind.CONVERSATION, one.conversation_id) for one in shown]
        audit.record(session, staff_id=who.id, action=Action.NUMBERS_OPENED, now=who.now, about=seen)
    return page(request, who, "numbers_messages.html", days=days, intent=intent, shown=shown)


@router.page("/stops.csv", roles=OVERSEERS)
def download_csv(request: Request, who: Staff) -> Response:
    """The stops' numbers as CSV, in UTF-8 with a mark by which Excel knows it."""
    written = io.StringIO()
    csv.writer(written).writerows(_table(web_of(request), who))
    return Response(
        written.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="stops.csv"'},
    )


@router.page("/stops.xlsx", roles=OVERSEERS)
def download_xlsx(request: Request, who: Staff) -> Response:
    """The stops' numbers as a workbook; from right to left in Arabic."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.sheet_view.rightToLeft = who.words.direction == "rtl"
    for row in _table(web_of(request), who):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return Response(
        written.getvalue(),
        media_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="stops.xlsx"'},
    )


def _numbers(session: Session, who: Staff, days: int) -> Numbers:
    period = overview.last_days(now=who.now, days=days)
    caravan = stops.current_caravan(session)
    return Numbers(
        overview=overview.of_period(session, period),
        handoffs=handoff_numbers.measure(session, since=period.begins, until=period.ends),
        stops=stop_numbers.of_caravan(session, caravan_id=caravan.id) if caravan else (),
    )


def _table(web: Web, who: Staff) -> list[list[Cell]]:
    with web.sessions() as session:
        caravan = stops.current_caravan(session)
        found = stop_numbers.of_caravan(session, caravan_id=caravan.id) if caravan else ()
    return list(_rows(found, who.words, web.places))


def _rows(found: tuple[StopNumbers, ...], words: Words, places: PlaceNames) -> Iterator[list[Cell]]:
    names = ("day", "commune", "asked", "booked", "reminded", "came", "no_show", "walk_ins", "no_show_rate")
    yield [words(f"numbers_{name}") for name in names]
    for one in found:
        total, rate = one.total, one.total.no_show_rate
        yield [
            one.day.isoformat(),
            places(one.commune_code, words.language),
            total.asked,
            total.booked,
            total.reminded,
            total.came,
            total.no_show,
            total.walk_ins,
            None if rate is None else round(rate, 3),
        ]
