"""Coming in, going out, and the console's language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.core.roles import EVERYONE
from bot.services import audit, staff
from bot.services.audit import Action
from bot.store.engine import transaction
from bot.web.console import access
from bot.web.console.access import CONSOLE, Anybody, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ANYBODY, ConsoleRouter
from bot.web.context import Web, web_of
from bot.web.wording import LANGUAGES

router = ConsoleRouter(prefix=CONSOLE)
SEE_OTHER = 303
LONGEST_NAME = 40
LONGEST_PASSWORD = 1000


@router.page("/login", roles=ANYBODY)
def show(request: Request, who: Anybody, next: Annotated[str, Query()] = "") -> Response:
    """The login page; who is logged in already goes on."""
    if access.find_member(request) is not None:
        return RedirectResponse(access.safe_target(next), SEE_OTHER)
    return page(request, who, "login.html", target=next, username="", problem=None)


@router.form("/login", roles=ANYBODY)
def log_in(
    request: Request,
    who: Anybody,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password. A refusal says neither which of them was wrong nor whether the name exists."""
    web = web_of(request)
    name = username.strip().lower()
    try:
        token, language = _opened(web, name, password, _chosen_language(request))
    except staff.TooManyAttempts:
        return page(
            request, who, "login.html", status=429, target=next, username=name, problem="login_too_many"
        )
    except staff.LoginRefused:
        with transaction(web.sessions) as session:
            staff.note_failure(session, username=name, now=web.clock())
        return page(
            request, who, "login.html", status=401, target=next, username=name, problem="login_refused"
        )
    response = RedirectResponse(access.safe_target(next), SEE_OTHER)
    access.set_session(response, web, token)
    access.set_language(response, web, language)
    return response


@router.form("/logout", roles=EVERYONE)
def log_out(request: Request, who: Staff) -> Response:
    """End the session."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        staff.log_out(session, token=who.token)
        audit.record(session, staff_id=who.id, action=Action.LOGOUT, now=who.now)
    response = RedirectResponse(f"{CONSOLE}/login", SEE_OTHER)
    access.end_session(response, web)
    return response


@router.form("/language", roles=ANYBODY)
def choose_language(
    request: Request,
    language: Annotated[str, Form()],
    back: Annotated[str, Form()] = "",
) -> Response:
    """Answer in another language from now on; for staff it is kept with the account."""
    web = web_of(request)
    known = access.find_member(request)
    who = known or access.visitor(request)
    chosen = language if language in LANGUAGES else who.words.language
    if known is not None:
        with transaction(web.sessions) as session:
            staff.set_language(session, staff_id=known.id, language=chosen)
    response = RedirectResponse(access.safe_target(back), SEE_OTHER)
    access.set_language(response, web, chosen)
    return response


def _opened(web: Web, name: str, password: str, language: str | None) -> tuple[str, str]:
    """A new session's token and its language: the one just chosen in this browser, else the account's."""
    if not name or len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD or "\x00" in name + password:
        raise staff.LoginRefused("no account has such a name or password")
    now = web.clock()
    with transaction(web.sessions) as session:
        token = staff.log_in(session, username=name, password=password, now=now)
        account = staff.by_token(session, token=token, now=now)
        if account is None:
            raise staff.LoginRefused("the session ended as it began")
        if language is not None:
            staff.set_language(session, staff_id=account.id, language=language)
        return token, account.language


def _chosen_language(request: Request) -> str | None:
    chosen = request.cookies.get(access.LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else None
