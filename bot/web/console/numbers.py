"""The numbers on one page, each leading to what it counts; the same as a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from bot.core.roles import OVERSEERS
from bot.services import audit, handoff_numbers, overview, stop_numbers, stops
from bot.services.audit import Action, Kind
from bot.services.handoff_numbers import HandoffNumbers
from bot.services.overview import Overview, Part, Period
from bot.services.stop_numbers import StopNumbers
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.number_files import commune_rows, csv_file, day_rows, stop_rows, workbook
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

PERIODS = (7, 30, 90)
"""Days that can be chosen."""
Days = Annotated[int, Query(ge=1, le=366)]
Wish = Annotated[str | None, Query(max_length=40)]

router = ConsoleRouter(prefix=f"{CONSOLE}/numbers")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Everything that the page shows."""

    overview: Overview
    handoffs: HandoffNumbers
    stops: tuple[StopNumbers, ...]


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
        reasons=sorted(found.handoffs.by_reason.items(), key=lambda each: -each[1]),
        length=lambda span: who.words.length(span) if span is not None else None,
        place=lambda code: web.places(code, who.words.language),
    )


@router.page("/messages", roles=OVERSEERS)
def show_messages(
    request: Request,
    who: Staff,
    intent: Wish = None,
    variety: Wish = None,
    each: Annotated[Literal["message", "person"], Query()] = "message",
    day: Annotated[date | None, Query()] = None,
    days: Days = 30,
) -> Response:
    """The messages that one of the numbers counts: of one ``day``, or of the last ``days``; of ``each`` person the last one."""
    web = web_of(request)
    period = Period(first=day, last=day) if day else overview.last_days(now=who.now, days=days)
    part = Part(intent=intent, variety=variety, last_only=each == "person")
    with transaction(web.sessions) as session:
        shown = overview.messages_of(session, period, part)
        seen = [(Kind.CONVERSATION, one.conversation_id) for one in shown]
        audit.record(session, staff_id=who.id, action=Action.NUMBERS_OPENED, now=who.now, about=seen)
    return page(
        request, who, "numbers_messages.html", days=days, part=part, day=day, period=period, shown=shown
    )


@router.page("/handoffs", roles=OVERSEERS)
def show_handoffs(request: Request, who: Staff, reason: Wish = None, days: Days = 30) -> Response:
    """The requests for a person that one of the numbers counts."""
    web = web_of(request)
    period = overview.last_days(now=who.now, days=days)
    with transaction(web.sessions) as session:
        shown = handoff_numbers.requests(session, since=period.begins, until=period.ends, reason=reason)
        seen = [(Kind.CONVERSATION, one.conversation_id) for one in shown]
        audit.record(session, staff_id=who.id, action=Action.NUMBERS_OPENED, now=who.now, about=seen)
    return page(request, who, "numbers_handoffs.html", days=days, reason=reason, shown=shown)


@router.page("/stops.csv", roles=OVERSEERS)
def download_stops(request: Request, who: Staff) -> Response:
    """The stops' numbers as CSV."""
    with web_of(request).sessions() as session:
        found = _stops(session)
    return csv_file("stops", stop_rows(found, who.words, web_of(request).places))


@router.page("/days.csv", roles=OVERSEERS)
def download_days(request: Request, who: Staff, days: Days = 30) -> Response:
    """The days' numbers as CSV."""
    with web_of(request).sessions() as session:
        found = overview.of_days(session, overview.last_days(now=who.now, days=days))
    return csv_file("days", day_rows(found, who.words))


@router.page("/stops.xlsx", roles=OVERSEERS)
def download_workbook(request: Request, who: Staff, days: Days = 30) -> Response:
    """The numbers by stop, by commune and by day as a workbook."""
    places = web_of(request).places
    with web_of(request).sessions() as session:
        found = _stops(session)
        by_day = overview.of_days(session, overview.last_days(now=who.now, days=days))
    sheets = {
        "numbers_stops": stop_rows(found, who.words, places),
        "numbers_communes": commune_rows(stop_numbers.by_commune(found), who.words, places),
        "numbers_by_day": day_rows(by_day, who.words),
    }
    return workbook("numbers", {who.words(key): rows for key, rows in sheets.items()}, who.words)


def _numbers(session: Session, who: Staff, days: int) -> Numbers:
    period = overview.last_days(now=who.now, days=days)
    return Numbers(
        overview=overview.of_period(session, period),
        handoffs=handoff_numbers.measure(session, since=period.begins, until=period.ends),
        stops=_stops(session),
    )


def _stops(session: Session) -> tuple[StopNumbers, ...]:
    caravan = stops.current_caravan(session)
    return stop_numbers.of_caravan(session, caravan_id=caravan.id) if caravan else ()
