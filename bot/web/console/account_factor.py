"""Setting up a second factor, and taking it away."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import Form
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.roles import EVERYONE
from bot.services import audit, logins, second_factor, staff
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.store.models import Staff as Account
from bot.web.console.access import Member, Staff
from bot.web.console.account import ACCOUNT, account_page, done, refused_password
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

FACTOR = f"{ACCOUNT}/second-factor"
Field = Annotated[str, Form(max_length=2000)]

router = ConsoleRouter(prefix=FACTOR)


@router.page("", roles=EVERYONE, before_factor=True)
def show(request: Request, who: Staff) -> Response:
    """What it is, and once it was begun, the code to scan."""
    return _page(request, who)


@router.form("", roles=EVERYONE, before_factor=True)
def begin(request: Request, who: Staff) -> Response:
    """Prepare a new key."""
    with transaction(web_of(request).sessions) as session:
        second_factor.begin(session, staff_id=who.id)
    return RedirectResponse(FACTOR, SEE_OTHER)


@router.form("/confirm", roles=EVERYONE, before_factor=True)
def confirm(request: Request, who: Staff, code: Field = "") -> Response:
    """The app shows its first code: from now on it is asked for. The recovery codes are shown this once."""
    web = web_of(request)
    try:
        with transaction(web.sessions) as session:
            codes = second_factor.confirm(
                session,
                staff_id=who.id,
                code=code,
                secret=web.settings.session_secret,
                at=web.real_clock(),
                now=who.now,
            )
            _record(session, who, Action.FACTOR_ADDED)
            logins.end_all(session, staff_id=who.id, but=who.token)
    except second_factor.CodeRefused:
        return _page(request, who, problem="code_refused")
    return page(request, who, "recovery_codes.html", codes=codes)


@router.form("/codes", roles=EVERYONE)
def new_codes(request: Request, who: Staff, password: Field = "") -> Response:
    """New recovery codes in place of the old ones."""
    try:
        with transaction(web_of(request).sessions) as session:
            staff.confirm_password(session, staff_id=who.id, password=password)
            codes = second_factor.new_codes(session, staff_id=who.id)
            _record(session, who, Action.RECOVERY_CODES_MADE)
    except staff.WrongPassword:
        return refused_password(request, who)
    return page(request, who, "recovery_codes.html", codes=codes)


@router.form("/remove", roles=EVERYONE)
def remove(request: Request, who: Staff, password: Field = "") -> Response:
    """Do without a second factor, where the role allows it."""
    try:
        with transaction(web_of(request).sessions) as session:
            if who.role in second_factor.roles_that_need_it(session):
                return account_page(request, who, problem="factor_is_needed", status=409)
            staff.confirm_password(session, staff_id=who.id, password=password)
            second_factor.remove(session, staff_id=who.id)
            _record(session, who, Action.FACTOR_REMOVED)
    except staff.WrongPassword:
        return refused_password(request, who)
    return done("factor_removed")


def _page(request: Request, who: Member, *, problem: str | None = None) -> Response:
    secret = web_of(request).settings.session_secret
    with web_of(request).sessions() as session:
        account = staff.member(session, who.id)
        needed = who.role in second_factor.roles_that_need_it(session)
    begun = account.factor_nonce is not None and account.factor_since is None
    return page(
        request,
        who,
        "second_factor.html",
        status=422 if problem else 200,
        problem=problem,
        account=account,
        needed=needed,
        picture=_picture(account, secret) if begun else None,
        key=second_factor.key_of(account, secret=secret) if begun else None,
    )


def _picture(account: Account, secret: str) -> Markup:
    """The QR code as an SVG element: no file that a browser might keep, and no address with the key in it."""
    code = segno.make(second_factor.address(account, secret=secret), error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, light="#fff"))  # made by segno from our own address


def _record(session: Session, who: Member, action: Action) -> None:
    about = [(Kind.STAFF, who.id)]
    audit.record(session, staff_id=who.id, action=action, now=who.now, about=about)
