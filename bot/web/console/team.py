"""The staff: who they are, inviting, roles, closing accounts, and which roles need a second factor."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import InvalidInput
from bot.core.handoff_rules import SPECIALITIES
from bot.core.roles import COACHES, OVERSEERS, PLANNERS, Role
from bot.services import audit, invitations, logins, second_factor, staff
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

TEAM = f"{CONSOLE}/staff"
DONE = ("withdrawn", "rules", "role", "disabled", "enabled", "sessions", "factor_removed")
StaffId = Annotated[int, Path(ge=1, lt=2**62)]
Field = Annotated[str, Form(max_length=2000)]

router = ConsoleRouter(prefix=TEAM)


@router.page("", roles=OVERSEERS)
def show(request: Request, who: Staff, done: Annotated[str, Query()] = "") -> Response:
    """Everybody, and the invitations that are open."""
    return _team_page(request, who, done=done)


@router.form("/invite", roles=PLANNERS)
def invite(
    request: Request,
    who: Staff,
    role: Annotated[Role, Form()],
    name: Field = "",
    speciality: Field = "",
) -> Response:
    """A link for a new colleague. It is shown once, on this page: only its hash is kept."""
    try:
        with transaction(web_of(request).sessions) as session:
            token = invitations.invite(
                session, role=role, display_name=name, speciality=speciality, invited_by=who.id, now=who.now
            )
    except InvalidInput:
        return _team_page(request, who, problem="name_form")
    return _link_page(request, who, "join", token, name)


@router.form("/withdraw", roles=PLANNERS)
def withdraw(request: Request, who: Staff, invitation: Annotated[int, Form(ge=1, lt=2**62)]) -> Response:
    """An invitation's link works no longer."""
    with transaction(web_of(request).sessions) as session:
        invitations.withdraw(session, invitation_id=invitation, staff_id=who.id, now=who.now)
    return _done("withdrawn")


@router.form("/rules", roles=PLANNERS)
def save_rules(request: Request, who: Staff, needs: Annotated[list[Role] | None, Form()] = None) -> Response:
    """Which roles need a second factor from now on."""
    with transaction(web_of(request).sessions) as session:
        before = set(second_factor.roles_that_need_it(session))
        for role in Role:
            if (role in (needs or ())) != (role in before):
                second_factor.ask_of(session, role=role, needed=role in (needs or ()))
                audit.record(
                    session,
                    staff_id=who.id,
                    action=Action.FACTOR_RULE_CHANGED,
                    now=who.now,
                    note=role.value,
                )
    return _done("rules")


@router.page("/{staff_id}", roles=OVERSEERS)
def show_member(
    request: Request, who: Staff, staff_id: StaffId, done: Annotated[str, Query()] = ""
) -> Response:
    """One member of the staff, and what an organiser may change."""
    return _member_page(request, who, staff_id, done=done)


@router.form("/{staff_id}/role", roles=PLANNERS)
def change_role(request: Request, who: Staff, staff_id: StaffId, role: Annotated[Role, Form()]) -> Response:
    """Another role."""
    try:
        with transaction(web_of(request).sessions) as session:
            staff.change_role(session, staff_id=staff_id, role=role, by=who.id, now=who.now)
    except staff.LastOrganiser:
        return _member_page(request, who, staff_id, problem="last_organiser")
    return _done("role", staff_id)


@router.form("/{staff_id}/disable", roles=PLANNERS)
def disable(request: Request, who: Staff, staff_id: StaffId, heir: Field = "") -> Response:
    """Close the account; the conversations go to ``heir``, or wait."""
    to_staff_id = int(heir) if heir.isdecimal() and len(heir) < 19 else None
    try:
        with transaction(web_of(request).sessions) as session:
            staff.disable(session, staff_id=staff_id, by=who.id, to_staff_id=to_staff_id, now=who.now)
    except staff.LastOrganiser:
        return _member_page(request, who, staff_id, problem="last_organiser")
    return _done("disabled", staff_id)


@router.form("/{staff_id}/enable", roles=PLANNERS)
def enable(request: Request, who: Staff, staff_id: StaffId) -> Response:
    """Open the account again."""
    with transaction(web_of(request).sessions) as session:
        staff.enable(session, staff_id=staff_id, by=who.id, now=who.now)
    return _done("enabled", staff_id)


@router.form("/{staff_id}/password", roles=PLANNERS)
def offer_password(request: Request, who: Staff, staff_id: StaffId) -> Response:
    """A link by which they set a new password; it is shown once."""
    with transaction(web_of(request).sessions) as session:
        token = invitations.offer_password(session, staff_id=staff_id, invited_by=who.id, now=who.now)
        name = staff.member(session, staff_id).display_name
    return _link_page(request, who, "new-password", token, name)


@router.form("/{staff_id}/factor", roles=PLANNERS)
def remove_factor(request: Request, who: Staff, staff_id: StaffId) -> Response:
    """Take away the second factor of somebody who lost it, and end their sessions."""
    with transaction(web_of(request).sessions) as session:
        staff.member(session, staff_id)
        second_factor.remove(session, staff_id=staff_id)
        logins.end_all(session, staff_id=staff_id)
        _record(session, who, Action.FACTOR_REMOVED, staff_id)
    return _done("factor_removed", staff_id)


@router.form("/{staff_id}/sessions", roles=PLANNERS)
def end_sessions(request: Request, who: Staff, staff_id: StaffId) -> Response:
    """Log somebody out everywhere."""
    with transaction(web_of(request).sessions) as session:
        logins.end_all(session, staff_id=staff_id)
        _record(session, who, Action.SESSIONS_ENDED, staff_id)
    return _done("sessions", staff_id)


def _team_page(request: Request, who: Member, *, done: str = "", problem: str | None = None) -> Response:
    with web_of(request).sessions() as session:
        colleagues = staff.colleagues(session)
        shown: dict[str, Any] = {
            "colleagues": colleagues,
            "names": {each.staff.id: each.staff.display_name for each in colleagues},
            "invitations": invitations.open_ones(session, now=who.now),
            "needed": second_factor.roles_that_need_it(session),
        }
    shown |= {"roles": list(Role), "specialities": SPECIALITIES, "may_change": who.role in PLANNERS}
    return _shown(request, who, "staff.html", done, problem, shown)


def _member_page(
    request: Request, who: Member, staff_id: int, *, done: str = "", problem: str | None = None
) -> Response:
    with web_of(request).sessions() as session:
        shown: dict[str, Any] = {
            "member": staff.member(session, staff_id),
            "profile": staff.profile(session, staff_id),
            "opened": logins.sessions_of(session, staff_id=staff_id, now=who.now),
            "heirs": [
                each.staff
                for each in staff.colleagues(session)
                if each.staff.id != staff_id
                and each.staff.disabled_at is None
                and Role(each.staff.role) in COACHES
            ],
        }
    shown |= {"roles": list(Role), "may_change": who.role in PLANNERS}
    return _shown(request, who, "staff_member.html", done, problem, shown)


def _shown(
    request: Request, who: Member, template: str, done: str, problem: str | None, values: dict[str, Any]
) -> Response:
    status = 409 if problem else 200
    told = done if done in DONE else None
    return page(request, who, template, status=status, done=told, problem=problem, now=who.now, **values)


def _link_page(request: Request, who: Member, leads_to: str, token: str, name: str) -> Response:
    link = f"{web_of(request).settings.base_url}{CONSOLE}/{leads_to}#{token}"
    days = invitations.LIFETIME.days
    return page(request, who, "invitation.html", link=link, name=name, kind=leads_to, days=days)


def _done(what: str, staff_id: int | None = None) -> Response:
    place = TEAM if staff_id is None else f"{TEAM}/{staff_id}"
    return RedirectResponse(f"{place}?done={what}", SEE_OTHER)


def _record(session: Session, who: Member, action: Action, staff_id: int) -> None:
    about = [(Kind.STAFF, staff_id)]
    audit.record(session, staff_id=who.id, action=action, now=who.now, about=about)
