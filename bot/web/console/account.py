"""One's own account: language, password, what one knows best, where alerts go, and the browsers one is logged in with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.handoff_rules import SPECIALITIES
from bot.core.messages import Channel
from bot.core.roles import EVERYONE
from bot.services import audit, logins, second_factor, staff
from bot.services.audit import Action, Kind
from bot.services.passwords import PasswordRefused
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

ACCOUNT = f"{CONSOLE}/account"
ALERT_CHANNELS = (Channel.SMS, Channel.TELEGRAM)
DONE = ("profile", "password", "sessions", "factor_removed")
Field = Annotated[str, Form(max_length=2000)]

router = ConsoleRouter(prefix=ACCOUNT)


@router.page("", roles=EVERYONE)
def show(request: Request, who: Staff, done: Annotated[str, Query()] = "") -> Response:
    """The account page."""
    return account_page(request, who, done=done if done in DONE else None)


@router.form("/profile", roles=EVERYONE)
def save_profile(
    request: Request,
    who: Staff,
    specialities: Annotated[list[str] | None, Form()] = None,
    alert_channel: Field = "",
    alert_address: Field = "",
) -> Response:
    """Keep what one knows best and where alerts go."""
    channel = next((each for each in ALERT_CHANNELS if each.value == alert_channel), None)
    try:
        with transaction(web_of(request).sessions) as session:
            staff.set_profile(
                session,
                staff_id=who.id,
                specialities=specialities or (),
                alert_channel=channel,
                alert_address=alert_address,
            )
            about = [(Kind.STAFF, who.id)]
            audit.record(session, staff_id=who.id, action=Action.PROFILE_CHANGED, now=who.now, about=about)
    except staff.AlertAddressUnusable:
        return account_page(request, who, problem="alert_unusable", typed=alert_address)
    return done("profile")


@router.form("/password", roles=EVERYONE)
def change_password(
    request: Request, who: Staff, present: Field = "", password: Field = "", again: Field = ""
) -> Response:
    """Another password; one's other sessions end."""
    if password != again:
        return account_page(request, who, problem="password_differs")
    try:
        with transaction(web_of(request).sessions) as session:
            staff.change_password(
                session, staff_id=who.id, present=present, wanted=password, token=who.token, now=who.now
            )
    except staff.WrongPassword:
        return refused_password(request, who)
    except PasswordRefused as refused:
        return account_page(request, who, problem=f"password_{refused.weakness.value}")
    return done("password")


@router.form("/sessions/end", roles=EVERYONE)
def end_session(request: Request, who: Staff, session: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Log one's other browsers out: one of them, or all where none is named."""
    with transaction(web_of(request).sessions) as opened:
        if session:
            logins.end_session(opened, staff_id=who.id, hashed=session)
        else:
            logins.end_all(opened, staff_id=who.id, but=who.token)
        about = [(Kind.STAFF, who.id)]
        audit.record(opened, staff_id=who.id, action=Action.SESSIONS_ENDED, now=who.now, about=about)
    return done("sessions")


def refused_password(request: Request, who: Member) -> Response:
    """The present password was another: that is noted, as at the login."""
    with transaction(web_of(request).sessions) as session:
        key = staff.member(session, who.id).username
        logins.note_failure(session, key=key, now=who.now)
    return account_page(request, who, problem="password_wrong")


def done(what: str) -> Response:
    """Back to the account page, which says what was done."""
    return RedirectResponse(f"{ACCOUNT}?done={what}", SEE_OTHER)


def account_page(
    request: Request,
    who: Member,
    *,
    problem: str | None = None,
    done: str | None = None,
    typed: str | None = None,
    status: int = 422,
) -> Response:
    """The account page; ``typed`` is an alert address that could not be kept."""
    with web_of(request).sessions() as session:
        account = staff.member(session, who.id)
        shown = {
            "account": account,
            "profile": staff.profile(session, who.id),
            "opened": logins.sessions_of(session, staff_id=who.id, now=who.now),
            "here": logins.token_hash(who.token),
            "codes_left": second_factor.codes_left(session, staff_id=who.id),
            "factor_needed": who.role in second_factor.roles_that_need_it(session),
        }
    return page(
        request,
        who,
        "account.html",
        status=status if problem else 200,
        problem=problem,
        done=done,
        typed=typed,
        now=who.now,
        specialities=SPECIALITIES,
        may_link=web_of(request).settings.telegram is not None,
        **shown,
    )
