"""What the links of invitations lead to: making an account, or setting a new password.

A link's secret stands behind its `#`: browsers send that to nobody, so it is in no log, in no `Referer` and in no preview that a
messenger fetches. The page's script moves it into the form; without script it can be pasted there.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from bot.core.errors import InvalidInput
from bot.services import invitations, logins
from bot.services.invitations import InvitationUnusable
from bot.services.passwords import PasswordRefused
from bot.services.staff import UsernameTaken
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Anybody, Visitor
from bot.web.console.login import browser_of, logged_in
from bot.web.console.pages import page
from bot.web.console.routes import ANYBODY, ConsoleRouter
from bot.web.context import web_of

router = ConsoleRouter(prefix=CONSOLE)
Field = Annotated[str, Form(max_length=2000)]


@router.page("/join", roles=ANYBODY)
def show_join(request: Request, who: Anybody) -> Response:
    """The page of an invitation."""
    return _join_page(request, who)


@router.form("/join", roles=ANYBODY)
def join(
    request: Request,
    who: Anybody,
    invitation: Field = "",
    username: Field = "",
    password: Field = "",
    again: Field = "",
) -> Response:
    """Make the account, and begin."""
    web = web_of(request)
    name = username.strip().lower()
    shown = {"invitation": invitation, "username": name}
    if password != again:
        return _join_page(request, who, problem="password_differs", **shown)
    try:
        with transaction(web.sessions) as session:
            member = invitations.join(
                session, token=invitation, username=name, password=password, now=web.clock()
            )
            member.language = who.words.language
            opened = logins.open_session(session, member=member, now=web.clock(), browser=browser_of(request))
    except InvitationUnusable:
        return _join_page(request, who, problem="link_unusable", **shown)
    except UsernameTaken:
        return _join_page(request, who, problem="username_taken", **shown)
    except PasswordRefused as refused:
        return _join_page(request, who, problem=f"password_{refused.weakness.value}", **shown)
    except InvalidInput:
        return _join_page(request, who, problem="username_form", **shown)
    return logged_in(request, opened, member)


@router.page("/new-password", roles=ANYBODY)
def show_new_password(request: Request, who: Anybody) -> Response:
    """The page of a link that sets a password."""
    return _password_page(request, who)


@router.form("/new-password", roles=ANYBODY)
def new_password(
    request: Request, who: Anybody, invitation: Field = "", password: Field = "", again: Field = ""
) -> Response:
    """Set the password, and begin; a second factor is still asked for."""
    web = web_of(request)
    if password != again:
        return _password_page(request, who, problem="password_differs", invitation=invitation)
    try:
        with transaction(web.sessions) as session:
            member = invitations.set_password(session, token=invitation, password=password, now=web.clock())
            opened = logins.open_session(session, member=member, now=web.clock(), browser=browser_of(request))
    except InvitationUnusable:
        return _password_page(request, who, problem="link_unusable", invitation=invitation)
    except PasswordRefused as refused:
        problem = f"password_{refused.weakness.value}"
        return _password_page(request, who, problem=problem, invitation=invitation)
    return logged_in(request, opened, member)


def _join_page(
    request: Request,
    who: Visitor,
    *,
    problem: str | None = None,
    invitation: str = "",
    username: str = "",
) -> Response:
    status = 422 if problem else 200
    shown = {"problem": problem, "invitation": invitation, "username": username}
    return page(request, who, "join.html", status=status, **shown)


def _password_page(
    request: Request, who: Visitor, *, problem: str | None = None, invitation: str = ""
) -> Response:
    status = 422 if problem else 200
    return page(request, who, "new_password.html", status=status, problem=problem, invitation=invitation)
