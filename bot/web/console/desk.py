"""The calendar of stops, and the ideas that people told."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bot.core.texts import CASABLANCA
from bot.services import desk, staff, stops
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.context import web_of

router = APIRouter(prefix=CONSOLE)


@router.get("/stops")
def show_stops(request: Request, who: Staff) -> Response:
    """The current caravan's stops by day, with the places that are taken."""
    web = web_of(request)
    with web.sessions() as session:
        caravan = stops.current_caravan(session)
        lines = desk.stops(session, caravan=caravan) if caravan else []
    days = [(day, list(group)) for day, group in groupby(lines, key=lambda line: line.day)]
    return page(
        request,
        who,
        "stops.html",
        days=days,
        is_example=caravan is not None and caravan.is_example,
        today=who.now.astimezone(CASABLANCA).date(),
        taken=sum(line.taken for line in lines),
        capacity=sum(line.capacity for line in lines),
        place=lambda code: web.places(code, who.words.language),
    )


@router.get("/ideas")
def show_ideas(
    request: Request, who: Staff, number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> Response:
    """The ideas, latest first."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        found = desk.ideas(session, number=number)
        staff.audit(session, staff_id=who.id, action="ideas_viewed", now=who.now, detail={"page": number})
    return page(
        request,
        who,
        "ideas.html",
        found=found,
        now=who.now,
        place=lambda code: web.places(code, who.words.language),
    )
