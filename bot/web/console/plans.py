"""Changes of plan: the form, the preview, the confirmation, what became of it, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import NotFound
from bot.core.roles import EVERYONE, PLANNERS
from bot.core.timetable import default_breaks
from bot.services import audit, calendar_pages, calendar_warnings, plan_preview, plan_undo, stop_rows
from bot.services.audit import Action, Kind
from bot.services.plan_wishes import KINDS, PlanRefused, Wish, plan_of
from bot.services.stop_rows import RowProblem
from bot.store.engine import transaction
from bot.store.models import Stop
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.edition import current, province
from bot.web.console.forms import Fields
from bot.web.console.pages import page
from bot.web.console.place_field import PlaceUnreadable, with_point
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of
from bot.web.places import both_names, communes

router = ConsoleRouter(prefix=CONSOLE)
Id = Annotated[int, Path(ge=1, lt=2**62)]
ASKED: Mapping[str, tuple[str, ...]] = {
    "postpone": ("day", "opens", "closes"),
    "move": ("commune", "day", "venue_fr", "venue_ar", "place"),
    "cancel": (),
    "hours": ("opens", "closes"),
    "advisers": ("advisers",),
}
"""What each kind of change asks for; all else stays as it is."""


class WishUnreadable(PlanRefused):
    """What was written in the form makes no stop; ``problems`` say why."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__("plan_unreadable")
        self.problems = problems


@router.page("/stops/{stop_id}/change/{kind}", roles=PLANNERS)
def form(request: Request, who: Staff, stop_id: Id, kind: str) -> Response:
    """What is to be changed."""
    return _form(request, who, stop_id, kind, fields={})


@router.form("/stops/{stop_id}/change/{kind}", roles=PLANNERS)
def preview(request: Request, who: Staff, stop_id: Id, kind: str, fields: Fields) -> Response:
    """Who is affected, and what each will be told."""
    web = web_of(request)
    try:
        with transaction(web.sessions) as session:
            wish = _wish(session, stop_id, kind, fields)
            shown = plan_preview.preview(
                session, wish=wish, texts=web.texts(), commune_name=both_names, now=who.now
            )
            seen = [(Kind.STOP, stop_id)]
            audit.record(session, staff_id=who.id, action=Action.PLAN_PREVIEWED, now=who.now, about=seen)
            stop = _stop(session, stop_id)
    except PlanRefused as refused:
        return _form(request, who, stop_id, kind, fields=fields, refused=refused)
    return page(
        request,
        who,
        "plan_preview.html",
        path=f"{CONSOLE}/stops/{stop_id}",
        stop=stop,
        kind=kind,
        shown=shown,
        kept={name: fields.get(name, "") for name in ASKED[kind]},
        key=secrets.token_urlsafe(16),
        warned=calendar_warnings.warnings(wish.plan, who.words.language) if wish.plan else [],
        place=lambda code: web.places(code, who.words.language),
    )


@router.form("/stops/{stop_id}/change/{kind}/confirm", roles=PLANNERS)
def confirm(request: Request, who: Staff, stop_id: Id, kind: str, fields: Fields) -> Response:
    """Make the change as it was previewed. Sent twice, it is made once."""
    try:
        with transaction(web_of(request).sessions) as session:
            carried = plan_preview.confirm(
                session,
                wish=_wish(session, stop_id, kind, fields),
                key=fields.get("key", "")[:64] or secrets.token_urlsafe(16),
                mark=fields.get("mark", ""),
                staff_id=who.id,
                now=who.now,
            )
            audit.record(
                session,
                staff_id=who.id,
                action=Action.PLAN_CHANGED,
                now=who.now,
                about=[
                    (Kind.STOP, stop_id),
                    *((Kind.BOOKING, each.booking_id) for each in carried.announcements),
                ],
                note=kind,
            )
    except PlanRefused as refused:
        return _form(request, who, stop_id, kind, fields=fields, refused=refused)
    return RedirectResponse(f"{CONSOLE}/changes/{carried.change.id}", SEE_OTHER)


@router.page("/changes/{change_id}", roles=EVERYONE)
def show(request: Request, who: Staff, change_id: Id) -> Response:
    """A change and what became of each person's news."""
    return _show(request, who, change_id)


@router.form("/changes/{change_id}/undo", roles=PLANNERS)
def undo(request: Request, who: Staff, change_id: Id) -> Response:
    """Take a change back, while nobody was told of it."""
    try:
        with transaction(web_of(request).sessions) as session:
            change = plan_undo.undo(session, change_id=change_id, now=who.now)
            audit.record(
                session,
                staff_id=who.id,
                action=Action.PLAN_UNDONE,
                now=who.now,
                about=[(Kind.STOP, change.stop_id)],
            )
    except PlanRefused as refused:
        return _show(request, who, change_id, status=409, problem=refused.problem)
    return RedirectResponse(f"{CONSOLE}/changes/{change_id}", SEE_OTHER)


def _stop(session: Session, stop_id: int) -> Stop:
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise NotFound(f"stop {stop_id}")
    return stop


def _wish(session: Session, stop_id: int, kind: str, fields: Mapping[str, str]) -> Wish:
    """The stop with what the form says. Raises NotFound or WishUnreadable."""
    if kind not in KINDS:
        raise NotFound(f"change {kind}")
    stop = _stop(session, stop_id)
    if kind == "cancel":
        return Wish(kind=kind, stop_id=stop_id, plan=None)
    cells = stop_rows.write(plan_of(stop), "confirmed")
    asked = {name: fields.get(name, "") for name in ASKED[kind]}
    if "place" in asked:
        try:
            asked = with_point(asked)
        except PlaceUnreadable as refused:
            raise WishUnreadable([refused.problem]) from None
    row = stop_rows.read(cells | asked, province(session))
    if isinstance(row, list):
        raise WishUnreadable(row)
    plan = row.plan
    if plan.day != stop.day and plan_of(stop).breaks == default_breaks(stop.day):
        plan = replace(plan, breaks=default_breaks(plan.day))
    return Wish(kind=kind, stop_id=stop_id, plan=plan)


def _form(
    request: Request,
    who: Member,
    stop_id: int,
    kind: str,
    *,
    fields: Mapping[str, str],
    refused: PlanRefused | None = None,
) -> Response:
    if kind not in KINDS:
        raise NotFound(f"change {kind}")
    web = web_of(request)
    with web.sessions() as session:
        stop = _stop(session, stop_id)
        named = communes(current(session).province_code, who.words.language)
    # Elsewhere is elsewhere: the old place is no start.
    cells = stop_rows.write(plan_of(stop), stop.status) | {"place": ""} | dict(fields)
    return page(
        request,
        who,
        "plan_form.html",
        status=409 if refused else 200,
        path=f"{CONSOLE}/stops/{stop_id}",
        stop=stop,
        kind=kind,
        asked=ASKED[kind],
        cells=cells,
        communes=named,
        refused=refused.problem if refused else None,
        problems=refused.problems if isinstance(refused, WishUnreadable) else [],
        place=lambda code: web.places(code, who.words.language),
    )


def _show(
    request: Request, who: Member, change_id: int, *, status: int = 200, problem: str | None = None
) -> Response:
    web = web_of(request)
    with transaction(web.sessions) as session:
        change, lines = calendar_pages.change(session, change_id=change_id)
        seen = [(Kind.BOOKING, line.announcement.booking_id) for line in lines]
        audit.record(
            session,
            staff_id=who.id,
            action=Action.STOP_VIEWED,
            now=who.now,
            about=[(Kind.STOP, change.stop_id), *seen],
        )
    return page(
        request,
        who,
        "plan_change.html",
        status=status,
        path=f"{CONSOLE}/stops/{change.stop_id}",
        change=change,
        lines=lines,
        problem=problem,
        may_plan=who.role in PLANNERS,
        now=who.now,
        place=lambda code: web.places(code, who.words.language),
    )
