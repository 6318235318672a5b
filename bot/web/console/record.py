"""The record of what staff saw and changed, for those who look after it."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from bot.core.roles import OVERSEERS
from bot.services import audit, record, staff
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

KINDS = (Kind.CONTACT, Kind.CONVERSATION, Kind.BOOKING, Kind.IDEA, Kind.STOP, Kind.STAFF)
Text = Annotated[str, Query(max_length=40)]

router = ConsoleRouter(prefix=CONSOLE)


@router.page("/record", roles=OVERSEERS)
def show(
    request: Request,
    who: Staff,
    by: Text = "",
    kind: Text = "",
    number: Text = "",
    first: Text = "",
    last: Text = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """What fits the search, latest first. The search itself is recorded."""
    chosen = next((each for each in KINDS if each.value == kind), KINDS[0])
    with transaction(web_of(request).sessions) as session:
        subject = record.subject_of(session, kind=chosen, written=number) if number else None
        query = record.Query(
            staff_id=int(by) if by.isdecimal() and len(by) < 19 else None,
            subject=subject,
            first_day=_day(first),
            last_day=_day(last),
        )
        is_known = subject is not None or not number
        found = record.search(session, query, number=page_number) if is_known else None
        colleagues = [each.staff for each in staff.colleagues(session)]
        about = [] if subject is None else [subject]
        audit.record(session, staff_id=who.id, action=Action.RECORD_SEARCHED, now=who.now, about=about)
    fields = {"by": by, "kind": chosen.value, "number": number, "first": first, "last": last}
    return page(
        request,
        who,
        "record.html",
        found=found,
        colleagues=colleagues,
        kinds=KINDS,
        fields=fields,
        address=f"{CONSOLE}/record?{urlencode(fields)}&",
        now=who.now,
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
