"""``GET /calendar/<booking>-<signature>.ics``: one booking for a phone's calendar; the link cannot be guessed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.core.errors import NotFound
from bot.core.signed import number_of
from bot.services import calendar_files
from bot.web.context import web_of

router = APIRouter()


@router.get("/calendar/{token}.ics")
def show(request: Request, token: str) -> Response:
    """The file; 404 where the link was not made by us, or the booking was given up."""
    web = web_of(request)
    booking_id = number_of(web.settings.session_secret, calendar_files.PURPOSE, token)
    if booking_id is None:
        raise NotFound("no such calendar file")
    with web.sessions() as session:
        content = calendar_files.of_booking(
            session,
            booking_id=booking_id,
            texts=web.texts(),
            commune_name=lambda code: {"fr": web.places(code, "fr"), "ar": web.places(code, "ar")},
            now=web.clock(),
        )
    headers = {"Content-Disposition": 'attachment; filename="rdv.ics"', "Cache-Control": "no-store"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
