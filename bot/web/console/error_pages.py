"""Errors as people are told: a sentence in their language, and the same in the other one."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.web.console.access import LoginNeeded, Visitor, is_live, language_of
from bot.web.console.pages import OTHER_LANGUAGE, page
from bot.web.console.routes import FactorNeeded, RoleRefused
from bot.web.context import web_of
from bot.web.errors import status_of

KINDS = {400: "400", 403: "403", 404: "404", 405: "404", 413: "413", 422: "400", 503: "503"}


async def as_page(request: Request, error: Exception) -> Response:
    """The page for an exception. Needs no database: it may be what is missing."""
    if isinstance(error, LoginNeeded):
        return Response(status_code=401) if is_live(request) else RedirectResponse(error.location, 303)
    if isinstance(error, FactorNeeded):
        return RedirectResponse(error.location, 303)
    status = status_of(error)[0]
    if isinstance(error, RequestValidationError):
        # An address with nonsense in it leads nowhere; a form with nonsense in it is incomplete.
        status = 404 if request.method == "GET" else 400
    words = web_of(request).words
    language = language_of(request)
    who = Visitor(words=words[language], csrf="")
    kind = "role" if isinstance(error, RoleRefused) else KINDS.get(status, "500" if status >= 500 else "400")
    return page(
        request, who, "error.html", status=status, kind=kind, other_words=words[OTHER_LANGUAGE[language]]
    )
