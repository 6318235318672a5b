"""What could not be delivered, or not be worked off: to be sent again, or to be seen to by a call."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.roles import COACHES, PLANNERS, READERS
from bot.services import audit, dead_jobs, undelivered
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

PATH = f"{CONSOLE}/undelivered"
router = ConsoleRouter(prefix=PATH)
Id = Annotated[int, Path(ge=1, lt=2**62)]


@router.page("", roles=READERS)
def show(
    request: Request, who: Staff, number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> Response:
    """Messages that nobody has seen to, and jobs that were set aside."""
    return _page(request, who, number=number)


@router.form("/{outbound_id}/again", roles=COACHES)
def send_again(request: Request, who: Staff, outbound_id: Id) -> Response:
    """Send a message once more, because a person decided so."""
    try:
        with transaction(web_of(request).sessions) as session:
            undelivered.send_again(session, outbound_id=outbound_id, staff_id=who.id, now=who.now)
            about = [(Kind.MESSAGE, outbound_id)]
            audit.record(session, staff_id=who.id, action=Action.MESSAGE_RESENT, now=who.now, about=about)
    except undelivered.SeenTo:
        return _page(request, who, status=409, problem="undelivered_seen_to")
    except undelivered.TooLate:
        return _page(request, who, status=409, problem="undelivered_too_late")
    return RedirectResponse(PATH, SEE_OTHER)


@router.form("/{outbound_id}/done", roles=COACHES)
def done(request: Request, who: Staff, outbound_id: Id) -> Response:
    """The person was called, or nothing is left to do."""
    try:
        with transaction(web_of(request).sessions) as session:
            undelivered.seen_to(session, outbound_id=outbound_id, staff_id=who.id, now=who.now)
            about = [(Kind.MESSAGE, outbound_id)]
            audit.record(session, staff_id=who.id, action=Action.MESSAGE_SEEN_TO, now=who.now, about=about)
    except undelivered.SeenTo:
        return _page(request, who, status=409, problem="undelivered_seen_to")
    return RedirectResponse(PATH, SEE_OTHER)


@router.form("/jobs/{job_id}/replay", roles=PLANNERS)
def replay(request: Request, who: Staff, job_id: Id) -> Response:
    """Try a job again that was set aside."""
    with transaction(web_of(request).sessions) as session:
        dead_jobs.replay(session, job_id=job_id)
        audit.record(session, staff_id=who.id, action=Action.JOB_REPLAYED, now=who.now)
    return RedirectResponse(PATH, SEE_OTHER)


def _page(
    request: Request, who: Member, *, number: int = 1, status: int = 200, problem: str | None = None
) -> Response:
    with transaction(web_of(request).sessions) as session:
        found = undelivered.page(session, now=who.now, number=number)
        jobs = dead_jobs.found(session)
        about = [
            each
            for line in found.rows
            for each in ((Kind.MESSAGE, line.outbound_id), (Kind.CONTACT, line.contact_id))
        ]
        audit.record(session, staff_id=who.id, action=Action.UNDELIVERED_VIEWED, now=who.now, about=about)
    return page(
        request,
        who,
        "undelivered.html",
        status=status,
        found=found,
        jobs=jobs,
        problem=problem,
        now=who.now,
        may_act=who.role in COACHES,
        may_replay=who.role in PLANNERS,
    )
