"""Whom the staff have to call, and the numbers by which changes of plan are sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import InvalidInput
from bot.core.roles import FIELD, PLANNERS
from bot.services import audit, calls, preferences
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.forms import Fields
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/calls")


@router.page("", roles=FIELD)
def show(request: Request, who: Staff) -> Response:
    """The list, with telephone numbers, nearest appointment first."""
    return _show(request, who)


@router.form("/preferences", roles=PLANNERS)
def prefer(request: Request, who: Staff, fields: Fields) -> Response:
    """Change the price of an SMS, the time to undo a change, and after how long somebody is called."""
    try:
        with transaction(web_of(request).sessions) as session:
            for key in preferences.DEFAULTS:
                if not fields.get(key, "").isdecimal():
                    raise InvalidInput(key)
                preferences.put(session, key=key, value=int(fields[key]), now=who.now)
            audit.record(session, staff_id=who.id, action=Action.PREFERENCES_CHANGED, now=who.now)
    except InvalidInput:
        return _show(request, who, status=422, problem="preferences_wrong")
    return RedirectResponse(f"{CONSOLE}/calls", SEE_OTHER)


@router.form("/{call_id}", roles=FIELD)
def note(
    request: Request, who: Staff, call_id: Annotated[int, Path(ge=1, lt=2**62)], fields: Fields
) -> Response:
    """What came of a call."""
    with transaction(web_of(request).sessions) as session:
        call = calls.note(
            session, call_id=call_id, result=fields.get("result", ""), staff_id=who.id, now=who.now
        )
        audit.record(
            session,
            staff_id=who.id,
            action=Action.CALL_NOTED,
            now=who.now,
            about=[(Kind.BOOKING, call.booking_id)],
            note=call.result,
        )
    return RedirectResponse(f"{CONSOLE}/calls", SEE_OTHER)


def _show(request: Request, who: Member, *, status: int = 200, problem: str | None = None) -> Response:
    web = web_of(request)
    with transaction(web.sessions) as session:
        waiting = calls.waiting(session)
        audit.record(
            session,
            staff_id=who.id,
            action=Action.CALLS_VIEWED,
            now=who.now,
            about=[(Kind.BOOKING, call.booking_id) for call in waiting],
        )
        numbers = {key: preferences.get(session, key) for key in preferences.DEFAULTS}
    return page(
        request,
        who,
        "calls.html",
        status=status,
        path=f"{CONSOLE}/calls",
        waiting=waiting,
        results=calls.RESULTS,
        numbers=numbers,
        problem=problem,
        may_plan=who.role in PLANNERS,
        now=who.now,
        place=lambda code: web.places(code, who.words.language),
    )
