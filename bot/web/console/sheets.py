"""The timetable as a spreadsheet: taken out, checked, compared, and brought in."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Annotated, Literal

from fastapi import Form, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.roles import PLANNERS
from bot.services import audit, timetable_import, timetable_sheets
from bot.services.audit import Action, Kind
from bot.services.stop_edits import StopRefused
from bot.services.timetable_import import Import
from bot.services.timetable_sheets import Line, SheetUnreadable
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.edition import current, province
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/timetable")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.page("", roles=PLANNERS)
def show(request: Request, who: Staff) -> Response:
    """Where a sheet is taken out and brought in."""
    return _page(request, who)


@router.page("/export.{kind}", roles=PLANNERS)
def export(request: Request, who: Staff, kind: Literal["csv", "xlsx"]) -> Response:
    """The timetable as a file."""
    with transaction(web_of(request).sessions) as session:
        rows = timetable_import.export(session, current(session))
        audit.record(session, staff_id=who.id, action=Action.TIMETABLE_EXPORTED, now=who.now)
    content = timetable_sheets.to_xlsx(rows) if kind == "xlsx" else timetable_sheets.to_csv(rows)
    return Response(
        content,
        media_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="timetable.{kind}"'},
    )


@router.form("", roles=PLANNERS)
def check(request: Request, who: Staff, sheet: UploadFile | None = None) -> Response:
    """Compare a sheet with the calendar: every mistake by its line, or what would change."""
    content = sheet.file.read() if sheet is not None else b""
    return _compare(request, who, content)


@router.form("/apply", roles=PLANNERS)
def apply(request: Request, who: Staff, content: Annotated[str, Form()] = "") -> Response:
    """Bring in the sheet that was compared; it is compared again, because the calendar may have moved on."""
    try:
        return _apply(request, who, zlib.decompress(base64.b64decode(content, validate=True)))
    except (binascii.Error, zlib.error):
        return _page(request, who, status=422, unreadable=SheetUnreadable("sheet_broken"))


def _apply(request: Request, who: Member, content: bytes) -> Response:
    try:
        lines = timetable_sheets.read(content)
        with transaction(web_of(request).sessions) as session:
            compared = _compared(request, who, lines)
            if compared.problems:
                return _compare(request, who, content)
            timetable_import.apply(session, caravan=current(session), changes=compared.changes, now=who.now)
            about = [(Kind.STOP, each.stop_id) for each in compared.changes if each.stop_id is not None]
            audit.record(session, staff_id=who.id, action=Action.TIMETABLE_IMPORTED, now=who.now, about=about)
    except SheetUnreadable as unreadable:
        return _page(request, who, status=422, unreadable=unreadable)
    except StopRefused:
        return _compare(request, who, content)
    return RedirectResponse(f"{CONSOLE}/stops", SEE_OTHER)


def _compared(request: Request, who: Member, lines: list[Line]) -> Import:
    with web_of(request).sessions() as session:
        return timetable_import.compare(
            session, caravan=current(session), lines=lines, gazetteer=province(session), now=who.now
        )


def _compare(request: Request, who: Member, content: bytes) -> Response:
    try:
        compared = _compared(request, who, timetable_sheets.read(content))
    except SheetUnreadable as unreadable:
        return _page(request, who, status=422, unreadable=unreadable)
    return _page(
        request,
        who,
        status=422 if compared.problems else 200,
        compared=compared,
        content=base64.b64encode(zlib.compress(content)).decode(),
    )


def _page(
    request: Request,
    who: Member,
    *,
    status: int = 200,
    compared: Import | None = None,
    content: str = "",
    unreadable: SheetUnreadable | None = None,
) -> Response:
    web = web_of(request)
    return page(
        request,
        who,
        "timetable.html",
        status=status,
        path=f"{CONSOLE}/timetable",
        compared=compared,
        content=content,
        unreadable=unreadable,
        place=lambda code: web.places(code, who.words.language),
    )
