"""Coming in, going out, and the console's language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.roles import EVERYONE
from bot.services import audit, logins, second_factor, staff
from bot.services.audit import Action
from bot.services.logins import Login
from bot.store.engine import transaction
from bot.store.models import Staff as Account
from bot.web.console import access, browsers
from bot.web.console.access import CONSOLE, Anybody, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ANYBODY, ConsoleRouter
from bot.web.context import Web, web_of
from bot.web.wording import LANGUAGES

router = ConsoleRouter(prefix=CONSOLE)
LONGEST_NAME = 40
LONGEST_PASSWORD = 1000
LONGEST_CODE = 40


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
    shown = {"target": next, "username": name}
    try:
        opened, account = _checked(request, web, name, password)
    except logins.TooManyAttempts:
        return page(request, who, "login.html", status=429, problem="login_too_many", **shown)
    except logins.LoginRefused:
        with transaction(web.sessions) as session:
            logins.note_failure(session, key=name, now=web.clock())
        return page(request, who, "login.html", status=401, problem="login_refused", **shown)
    return logged_in(request, opened, account, next)


@router.page("/login/code", roles=ANYBODY)
def ask_code(request: Request, who: Anybody, next: Annotated[str, Query()] = "") -> Response:
    """The page that asks for the second factor; without a password before it, the login page."""
    if _awaiting(request) is None:
        return RedirectResponse(f"{CONSOLE}/login", SEE_OTHER)
    return page(request, who, "login_code.html", target=next, problem=None)


@router.form("/login/code", roles=ANYBODY)
def check_code(
    request: Request,
    who: Anybody,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check the second factor, or a recovery code in its place."""
    web = web_of(request)
    account = _awaiting(request)
    if account is None:
        return RedirectResponse(f"{CONSOLE}/login", SEE_OTHER)
    try:
        token = _passed(request, account.id, code)
    except logins.TooManyAttempts:
        return page(request, who, "login_code.html", status=429, target=next, problem="login_too_many")
    except logins.LoginRefused:
        with transaction(web.sessions) as session:
            logins.note_failure(session, key=_code_key(account.id), now=web.clock())
        return page(request, who, "login_code.html", status=401, target=next, problem="code_refused")
    return logged_in(request, Login(token=token, awaits_factor=False), account, next)


@router.form("/logout", roles=EVERYONE, before_factor=True)
def log_out(request: Request, who: Staff) -> Response:
    """End the session."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        logins.log_out(session, token=who.token)
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


def logged_in(request: Request, opened: Login, account: Account, target: str = "") -> Response:
    """Where somebody goes who has shown who they are, with the cookies of their session."""
    web = web_of(request)
    where = access.safe_target(target)
    if opened.awaits_factor:
        where = access.with_target(f"{CONSOLE}/login/code", where)
    response = RedirectResponse(where, SEE_OTHER)
    access.set_session(response, web, opened.token)
    access.set_language(response, web, account.language)
    return response


def browser_of(request: Request) -> str:
    """The browser's name as it is kept with a session."""
    return browsers.name_of(request.headers.get("user-agent", ""))


def _checked(request: Request, web: Web, name: str, password: str) -> tuple[Login, Account]:
    """A new session and whose it is; the language just chosen in this browser is the account's from now on."""
    if not name or len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD or "\x00" in name + password:
        raise logins.LoginRefused("no account has such a name or password")
    chosen = request.cookies.get(access.LANGUAGE_COOKIE)
    with transaction(web.sessions) as session:
        opened = logins.log_in(
            session, username=name, password=password, now=web.clock(), browser=browser_of(request)
        )
        account = staff.by_username(session, name)
        if chosen in LANGUAGES:
            staff.set_language(session, staff_id=account.id, language=chosen)
    return opened, account


def _awaiting(request: Request) -> Account | None:
    web = web_of(request)
    token = request.cookies.get(access.SESSION_COOKIE)
    if not token:
        return None
    with web.sessions() as session:
        return logins.awaiting(session, token=token, now=web.clock())


def _passed(request: Request, staff_id: int, code: str) -> str:
    if not code or len(code) > LONGEST_CODE:
        raise logins.LoginRefused("no code looks like this")
    web = web_of(request)
    now = web.clock()
    with transaction(web.sessions) as session:
        logins.check_attempts(session, key=_code_key(staff_id), now=now)
        second_factor.check(
            session,
            staff_id=staff_id,
            code=code,
            secret=web.settings.session_secret,
            at=web.real_clock(),
            now=now,
        )
        return logins.pass_factor(session, token=request.cookies[access.SESSION_COOKIE], now=now)


def _code_key(staff_id: int) -> str:
    return f"code of {staff_id}"
