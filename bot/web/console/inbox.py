"""The lists of conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.services import inbox, staff
from bot.services.inbox import Tab
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff, is_live
from bot.web.console.pages import page
from bot.web.context import web_of

router = APIRouter(prefix=CONSOLE)


@router.get("")
@router.get("/")
def home(who: Staff) -> Response:
    """The console begins with the inbox."""
    return RedirectResponse(f"{CONSOLE}/inbox", 303)


@router.get("/inbox")
def show(
    request: Request,
    who: Staff,
    tab: Tab = Tab.WAITING,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    done: Annotated[str, Query()] = "",
) -> Response:
    """One list, a page of it."""
    with transaction(web_of(request).sessions) as session:
        counts = inbox.counts(session, staff_id=who.id)
        found = inbox.page(session, tab=tab, staff_id=who.id, number=number)
        if not is_live(request):
            staff.audit(
                session, staff_id=who.id, action="inbox_viewed", now=who.now, detail={"tab": tab.value}
            )
    return page(
        request,
        who,
        "inbox.html",
        tab=tab.value,
        tabs=list(Tab),
        counts=counts,
        found=found,
        now=who.now,
        done=done,
    )
