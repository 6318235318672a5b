"""Messages that were not understood, or not rightly: the staff say what they meant, so that the assistant learns from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import InvalidInput
from bot.core.locales import Variety
from bot.core.meanings import ASKABLE, COURTESIES
from bot.core.roles import COACHES
from bot.services import audit, labelling
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/labels")
INTENTS = (*sorted(ASKABLE), *sorted(COURTESIES))
CandidateId = Annotated[int, Path(ge=1, lt=2**62)]


@router.page("", roles=COACHES)
def show(
    request: Request, who: Staff, number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> Response:
    """What waits for a label, oldest first."""
    with transaction(web_of(request).sessions) as session:
        found = labelling.waiting(session, number=number)
        seen = [(Kind.MESSAGE, row.inbound_id) for row in found.rows]
        audit.record(session, staff_id=who.id, action=Action.LABELS_VIEWED, now=who.now, about=seen)
    return page(request, who, "labels.html", found=found, intents=INTENTS, varieties=list(Variety))


@router.form("/{candidate_id}/label", roles=COACHES)
def label(
    request: Request,
    who: Staff,
    candidate_id: CandidateId,
    intent: Annotated[str, Form()],
    variety: Annotated[str, Form()],
) -> Response:
    """Say what a message meant, and how it is written."""
    if intent not in INTENTS:
        raise InvalidInput("this meaning is none of the assistant's")
    with transaction(web_of(request).sessions) as session:
        labelling.label(
            session,
            candidate_id=candidate_id,
            intent=intent,
            variety=variety,
            staff_id=who.id,
            now=who.now,
        )
        audit.record(session, staff_id=who.id, action=Action.LABELLED, now=who.now, note=intent)
    return RedirectResponse(f"{CONSOLE}/labels", SEE_OTHER)


@router.form("/{candidate_id}/discard", roles=COACHES)
def discard(request: Request, who: Staff, candidate_id: CandidateId) -> Response:
    """There is nothing to learn from it."""
    with transaction(web_of(request).sessions) as session:
        labelling.discard(session, candidate_id=candidate_id, staff_id=who.id, now=who.now)
        audit.record(session, staff_id=who.id, action=Action.LABELLED, now=who.now, note="discarded")
    return RedirectResponse(f"{CONSOLE}/labels", SEE_OTHER)
