"""The calendar: its stops by week or month, one stop with its times, a new stop, and changes that touch nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import NotFound
from bot.core.roles import EVERYONE, PLANNERS
from bot.core.texts import CASABLANCA
from bot.core.timetable import SERVICES
from bot.services import audit, calendar_pages, calendar_warnings, stop_edits, stop_rows
from bot.services.audit import Action, Kind
from bot.services.plan_wishes import plan_of
from bot.services.stop_edits import StopRefused
from bot.services.stop_rows import Row, RowProblem
from bot.store.engine import transaction
from bot.store.models import Stop
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.edition import current, province
from bot.web.console.forms import Fields
from bot.web.console.pages import page
from bot.web.console.place_field import (
    PlaceUnreadable,
    is_tap,
    place_of,
    shown_size,
    with_point,
    with_tap,
)
from bot.web.console.routes import ConsoleRouter
from bot.web.console.service_ticks import cells_of, ticks_of
from bot.web.context import web_of
from bot.web.places import communes

router = ConsoleRouter(prefix=f"{CONSOLE}/stops")
StopId = Annotated[int, Path(ge=1, lt=2**62)]
NEW = {
    "opens": "09:00",
    "closes": "16:00",
    "advisers": "2",
    "minutes": "30",
    "walk_in": "0",
    "status": "confirmed",
    "services": "; ".join(SERVICES),
}
"""What a form for a new stop begins with."""


@router.page("/new", roles=PLANNERS)
def new(request: Request, who: Staff) -> Response:
    """The form of a new stop."""
    return _form(request, who, cells=NEW, stop=None)


@router.form("/new", roles=PLANNERS)
def create(request: Request, who: Staff, fields: Fields) -> Response:
    """Make a stop, or show the form again with what is wrong."""
    fields = cells_of(fields)
    if is_tap(fields):
        return _form(request, who, cells=_tapped(request, fields), stop=None, tapped=True)
    row = _read(request, fields)
    if isinstance(row, list):
        return _form(request, who, cells=fields, stop=None, problems=row)
    try:
        with transaction(web_of(request).sessions) as session:
            caravan = current(session)
            stop = stop_edits.create(session, caravan=caravan, plan=row.plan, status=row.status, now=who.now)
            _audit(session, who, Action.STOP_CHANGED, stop.id)
    except StopRefused as refused:
        return _form(request, who, cells=fields, stop=None, refused=refused.problem)
    return RedirectResponse(f"{CONSOLE}/stops/{stop.id}", SEE_OTHER)


@router.page("/{stop_id}", roles=EVERYONE)
def show(request: Request, who: Staff, stop_id: StopId) -> Response:
    """One stop: its times with their places, who has them, and what may be done."""
    return _show(request, who, stop_id)


@router.page("/{stop_id}/edit", roles=PLANNERS)
def edit(request: Request, who: Staff, stop_id: StopId) -> Response:
    """The form with the stop as it is."""
    with web_of(request).sessions() as session:
        stop = _get(session, stop_id)
        cells = stop_rows.write(plan_of(stop), stop.status)
    return _form(request, who, cells=cells, stop=stop)


@router.form("/{stop_id}/edit", roles=PLANNERS)
def write(request: Request, who: Staff, stop_id: StopId, fields: Fields) -> Response:
    """Write the stop anew, where nobody comes in vain by that."""
    with web_of(request).sessions() as session:
        stop = _get(session, stop_id)
    fields = cells_of(fields)
    if is_tap(fields):
        return _form(request, who, cells=_tapped(request, fields), stop=stop, tapped=True)
    row = _read(request, fields)
    if isinstance(row, list):
        return _form(request, who, cells=fields, stop=stop, problems=row)
    try:
        with transaction(web_of(request).sessions) as session:
            stop_edits.edit(session, stop_id=stop_id, plan=row.plan, status=row.status, now=who.now)
            _audit(session, who, Action.STOP_CHANGED, stop_id)
    except StopRefused as refused:
        return _form(request, who, cells=fields, stop=stop, refused=refused.problem)
    return RedirectResponse(f"{CONSOLE}/stops/{stop_id}", SEE_OTHER)


@router.form("/{stop_id}/times/{time_id}", roles=PLANNERS)
def adjust(request: Request, who: Staff, stop_id: StopId, time_id: StopId, fields: Fields) -> Response:
    """Set the places of one time, or close it."""
    places = fields.get("capacity", "")
    try:
        if not places.isdecimal():
            raise StopRefused("time_in_use")
        with transaction(web_of(request).sessions) as session:
            stop_edits.adjust(
                session,
                stop_id=stop_id,
                time_id=time_id,
                capacity=int(places),
                closed=fields.get("closed") == "yes",
                now=who.now,
            )
            _audit(session, who, Action.STOP_CHANGED, stop_id)
    except StopRefused as refused:
        return _show(request, who, stop_id, status=409, problem=refused.problem)
    return RedirectResponse(f"{CONSOLE}/stops/{stop_id}#time-{time_id}", SEE_OTHER)


def _get(session: Session, stop_id: int) -> Stop:
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise NotFound(f"stop {stop_id}")
    return stop


def _read(request: Request, fields: Mapping[str, str]) -> Row | list[RowProblem]:
    try:
        cells, unplaced = with_point(fields), []
    except PlaceUnreadable as refused:
        cells, unplaced = dict(fields), [refused.problem]
    with web_of(request).sessions() as session:
        row = stop_rows.read(cells, province(session))
    if unplaced:
        return [*(row if isinstance(row, list) else []), *unplaced]
    return row


def _tapped(request: Request, fields: Mapping[str, str]) -> dict[str, str]:
    with web_of(request).sessions() as session:
        return with_tap(fields, province(session))


def _audit(session: Session, who: Member, action: Action, stop_id: int) -> None:
    audit.record(session, staff_id=who.id, action=action, now=who.now, about=[(Kind.STOP, stop_id)])


def _show(
    request: Request, who: Member, stop_id: int, *, status: int = 200, problem: str | None = None
) -> Response:
    web = web_of(request)
    with transaction(web.sessions) as session:
        found = calendar_pages.stop_page(session, stop_id=stop_id)
        seen = [(Kind.BOOKING, each.id) for group in found.bookings.values() for each in group]
        audit.record(
            session,
            staff_id=who.id,
            action=Action.STOP_VIEWED,
            now=who.now,
            about=[(Kind.STOP, stop_id), *seen],
        )
    return page(
        request,
        who,
        "stop.html",
        status=status,
        path=f"{CONSOLE}/stops/{stop_id}",
        found=found,
        stop=found.stop,
        problem=problem,
        warned=calendar_warnings.warnings(plan_of(found.stop), who.words.language),
        may_plan=who.role in PLANNERS,
        now=who.now,
        today=who.now.astimezone(CASABLANCA).date(),
        place=lambda code: web.places(code, who.words.language),
    )


def _form(
    request: Request,
    who: Member,
    *,
    cells: Mapping[str, str],
    stop: Stop | None,
    problems: Sequence[RowProblem] = (),
    refused: str | None = None,
    tapped: bool = False,
) -> Response:
    with web_of(request).sessions() as session:
        named = communes(current(session).province_code, who.words.language)
        width, height = shown_size(province(session))
    values: dict[str, Any] = {column: cells.get(column, "") for column in stop_rows.COLUMNS}
    values["place"] = place_of(cells)
    return page(
        request,
        who,
        "stop_form.html",
        status=422 if problems else 409 if refused else 200,
        cells=values,
        stop=stop,
        problems=problems,
        refused=refused,
        communes=named,
        statuses=stop_edits.SETTABLE,
        services=SERVICES,
        ticks=ticks_of(values["services"]),
        map_size=(width, height),
        tapped=tapped and bool(values["place"]),
    )
