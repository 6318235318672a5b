"""The calendar of stops, and the ideas that people told."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from bot.core import timetable
from bot.core.roles import EVERYONE, PLANNERS, READERS
from bot.core.texts import CASABLANCA
from bot.services import audit, desk, stops
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.console.province_map import province_map
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of
from bot.web.places import centre, gazetteer

router = ConsoleRouter(prefix=CONSOLE)


@router.page("/stops", roles=EVERYONE)
def show_stops(
    request: Request,
    who: Staff,
    view: Literal["all", "week", "month"] = "all",
    at: Annotated[date | None, Query()] = None,
) -> Response:
    """The current caravan's stops by day, with the places that are taken: all, or those of a week or month."""
    web = web_of(request)
    today = who.now.astimezone(CASABLANCA).date()
    period = None if view == "all" else timetable.period(view, at or today)
    with web.sessions() as session:
        caravan = stops.current_caravan(session)
        lines = desk.stops(session, caravan=caravan) if caravan else []
        province = gazetteer(caravan.province_code) if caravan else None
    shown = [line for line in lines if period is None or period.first <= line.day <= period.last]
    days = [(day, list(group)) for day, group in groupby(shown, key=lambda line: line.day)]
    return page(
        request,
        who,
        "stops.html",
        days=days,
        map=province_map(province, shown, today=today, centre=centre) if province else None,
        any_stops=bool(lines),
        view=view,
        period=period,
        is_example=caravan is not None and caravan.is_example,
        may_plan=who.role in PLANNERS,
        today=today,
        taken=sum(line.taken for line in shown),
        capacity=sum(line.capacity for line in shown),
        place=lambda code: web.places(code, who.words.language),
    )


@router.page("/ideas", roles=READERS)
def show_ideas(
    request: Request, who: Staff, number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> Response:
    """The ideas, latest first."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        found = desk.ideas(session, number=number)
        shown = [
            each
            for line in found.rows
            for each in ((Kind.IDEA, line.idea.id), (Kind.CONTACT, line.idea.contact_id))
        ]
        audit.record(session, staff_id=who.id, action=Action.IDEAS_VIEWED, now=who.now, about=shown)
    return page(
        request,
        who,
        "ideas.html",
        found=found,
        now=who.now,
        place=lambda code: web.places(code, who.words.language),
    )
