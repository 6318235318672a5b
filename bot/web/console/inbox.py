"""The lists of conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.storable import storable
from bot.core.roles import EVERYONE, READERS
from bot.services import audit, inbox
from bot.services.audit import Action, Kind
from bot.services.inbox import Tab
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff, is_live
from bot.web.console.navigation import first_page
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=CONSOLE)


@router.page("", roles=EVERYONE)
@router.page("/", roles=EVERYONE)
def home(who: Staff) -> Response:
    """The console begins with the first page of one's role."""
    return RedirectResponse(first_page(who.role), 303)


@router.page("/menu", roles=EVERYONE)
def menu(request: Request, who: Staff) -> Response:
    """All that the bar at a phone's lower edge has no room for."""
    return page(request, who, "menu.html")


@router.page("/inbox", roles=READERS)
def show(
    request: Request,
    who: Staff,
    tab: Tab = Tab.WAITING,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    done: Annotated[str, Query()] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """One list, a page of it."""
    with transaction(web_of(request).sessions) as session:
        counts = inbox.counts(session, staff_id=who.id)
        found = inbox.page(session, tab=tab, staff_id=who.id, number=number, looked_for=storable(q))
        if not is_live(request):
            shown = [(Kind.CONVERSATION, row.conversation_id) for row in found.rows]
            audit.record(
                session,
                staff_id=who.id,
                action=Action.INBOX_VIEWED,
                now=who.now,
                about=shown,
                note=tab.value,
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
        looked_for=q,
    )
