"""The coaches' desk: when they are there, the emergency line, and how long somebody waits before it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import InvalidInput
from bot.core.handoff_rules import BrokenHours
from bot.core.roles import PLANNERS
from bot.services import audit, desk_settings
from bot.services.audit import Action
from bot.services.desk_settings import Desk, UnusableSettings
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/coaching")
PROBLEMS: dict[type[InvalidInput], str] = {
    BrokenHours: "problem_hours",
    UnusableSettings: "problem_desk",
}


@router.page("", roles=PLANNERS)
def show(request: Request, who: Staff, done: str = "") -> Response:
    """The settings as they are."""
    return _page(request, who, done=bool(done))


@router.form("/desk", roles=PLANNERS)
def save_desk(
    request: Request,
    who: Staff,
    opens: Annotated[list[str] | None, Form()] = None,
    closes: Annotated[list[str] | None, Form()] = None,
    line: Annotated[str, Form(max_length=40)] = "",
    alert_after: Annotated[int, Form(ge=0, le=100_000)] = 10,
    escalate_after: Annotated[int, Form(ge=0, le=100_000)] = 45,
    give_back_after: Annotated[int, Form(ge=0, le=100_000)] = 120,
) -> Response:
    """Hours by weekday (both fields empty: nobody is there), the emergency line, and how long somebody waits."""
    spans = list(zip(opens or [], closes or [], strict=False))[:7]
    hours = {str(day): [begin, end] for day, (begin, end) in enumerate(spans) if begin or end}
    desk = Desk(
        hours=hours,
        emergency_line=line,
        alert_after=timedelta(minutes=alert_after),
        escalate_after=timedelta(minutes=escalate_after),
        give_back_after=timedelta(minutes=give_back_after),
    )
    try:
        with transaction(web_of(request).sessions) as session:
            desk_settings.save(session, desk)
            audit.record(session, staff_id=who.id, action=Action.DESK_CHANGED, now=who.now)
    except (BrokenHours, UnusableSettings) as error:
        return _page(request, who, problem=PROBLEMS[type(error)])
    return RedirectResponse(f"{CONSOLE}/coaching?done=1", SEE_OTHER)


def _page(request: Request, who: Member, *, done: bool = False, problem: str | None = None) -> Response:
    with web_of(request).sessions() as session:
        desk = desk_settings.load(session)
    return page(
        request,
        who,
        "coaching.html",
        status=422 if problem else 200,
        desk=desk,
        done=done,
        problem=problem,
    )
