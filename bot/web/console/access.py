"""Who is there: cookies, the language, the session, and the token that each form carries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from bot.core.roles import Role
from bot.services import logins
from bot.store.engine import transaction
from bot.web.context import Web, web_of
from bot.web.errors import HttpError
from bot.web.wording import DEFAULT_LANGUAGE, LANGUAGES, Words

SESSION_COOKIE = "staff"
VISITOR_COOKIE = "visitor"
LANGUAGE_COOKIE = "language"
CONSOLE = "/console"
LIVE_HEADER = "X-Live"
_LANGUAGE_SECONDS = 365 * 24 * 3600


class LoginNeeded(HttpError):
    """Nobody is logged in, or the session has ended. ``location`` leads to the login page and back."""

    def __init__(self, location: str) -> None:
        super().__init__(401, "Log in first.")
        self.location = location


class FormExpired(HttpError):
    """A form without the token of this session: it is old, or it comes from another site."""

    def __init__(self) -> None:
        super().__init__(403, "The form has expired.", kind="form_expired")


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whoever looks at a page. ``fresh`` is a new visitor's mark that the answer has to set as a cookie."""

    words: Words
    csrf: str
    fresh: str | None = None


@dataclass(frozen=True, kw_only=True)
class Member(Visitor):
    """Somebody of the staff who is logged in. ``now`` is the product's time at the beginning of the
    request. ``lacks_factor``: before anything else they have to set up a second factor.
    """

    id: int
    name: str
    role: Role
    token: str
    lacks_factor: bool
    now: datetime


def language_of(request: Request) -> str:
    """The language that was chosen, else the first one of the browser's that the console speaks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.partition(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return DEFAULT_LANGUAGE


def visitor(request: Request) -> Visitor:
    """Anybody, logged in or not."""
    web = web_of(request)
    known = request.cookies.get(VISITOR_COOKIE)
    mark = known or secrets.token_urlsafe(16)
    words = web.words[language_of(request)]
    return Visitor(words=words, csrf=_token(web, f"visitor:{mark}"), fresh=None if known else mark)


def member(request: Request) -> Member:
    """The member of the staff whose session this is. Raises LoginNeeded."""
    found = find_member(request)
    if found is None:
        raise LoginNeeded(_login_address(request))
    return found


def find_member(request: Request) -> Member | None:
    """As :func:`member`, None where nobody is logged in."""
    web = web_of(request)
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    now = web.clock()
    with transaction(web.sessions) as session:
        presence = logins.by_token(session, token=token, now=now)
        if presence is None:
            return None
        found = presence.staff
        words = web.words[found.language if found.language in LANGUAGES else DEFAULT_LANGUAGE]
        return Member(
            words=words,
            csrf=_token(web, f"staff:{token}"),
            id=found.id,
            name=found.display_name,
            role=Role(found.role),
            token=token,
            lacks_factor=presence.lacks_factor,
            now=now,
        )


Anybody = Annotated[Visitor, Depends(visitor)]
Staff = Annotated[Member, Depends(member)]
CsrfField = Annotated[str, Form()]


def set_session(response: Response, web: Web, token: str) -> None:
    """Log a browser in; the cookie ends with the browser or with the session, whichever is first."""
    response.set_cookie(
        SESSION_COOKIE, token, path=CONSOLE, httponly=True, samesite="lax", secure=_is_https(web)
    )


def end_session(response: Response, web: Web) -> None:
    """Take the cookie away."""
    response.delete_cookie(SESSION_COOKIE, path=CONSOLE, httponly=True, samesite="lax", secure=_is_https(web))


def set_visitor(response: Response, web: Web, mark: str) -> None:
    """Recognise a visitor's forms until the browser is closed."""
    response.set_cookie(
        VISITOR_COOKIE, mark, path=CONSOLE, httponly=True, samesite="lax", secure=_is_https(web)
    )


def set_language(response: Response, web: Web, language: str) -> None:
    """Remember a language for a year."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=_LANGUAGE_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_https(web),
    )


def safe_target(path: str | None) -> str:
    """Where to go after a login: a page of the console, never another site."""
    if (
        path is None
        or not path.startswith(f"{CONSOLE}/")
        or "\\" in path
        or any(ord(char) < 33 for char in path)
    ):
        return CONSOLE
    return path


def with_target(path: str, target: str) -> str:
    """``path`` with what comes after it, for pages on the way to another."""
    return f"{path}?next={quote(target)}"


def is_live(request: Request) -> bool:
    """Whether the page's own script asks for what has changed."""
    return LIVE_HEADER.lower() in request.headers


def _login_address(request: Request) -> str:
    if request.method != "GET":
        return f"{CONSOLE}/login"
    query = request.url.query
    return with_target(f"{CONSOLE}/login", request.url.path + (f"?{query}" if query else ""))


def check_open_form(request: Request, csrf: str) -> None:
    """As :func:`check_csrf` for whoever is there: the form was written before or after a login. Raises FormExpired."""
    known = find_member(request)
    if known is None or not _fits(known, csrf):
        check_csrf(visitor(request), csrf)


def check_csrf(who: Visitor, csrf: str) -> None:
    """Take a form only with the token of this browser. Raises FormExpired."""
    if not _fits(who, csrf):
        raise FormExpired


def _fits(who: Visitor, csrf: str) -> bool:
    return hmac.compare_digest(who.csrf.encode(), csrf.encode())


def _token(web: Web, anchor: str) -> str:
    key = web.settings.session_secret.encode()
    return hmac.new(key, f"csrf:{anchor}".encode(), hashlib.sha256).hexdigest()


def _is_https(web: Web) -> bool:
    return web.settings.base_url.startswith("https://")
