"""Links by which somebody makes an account, or sets a new password. They work once, for three days."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput, NotFound
from bot.core.handoff_rules import SPECIALITIES
from bot.core.roles import Role
from bot.services import audit, logins, staff
from bot.services.audit import Action, Kind
from bot.services.logins import token_hash
from bot.store.models import CoachProfile, Invitation, Staff

LIFETIME = timedelta(days=3)
LONGEST_NAME = 60


class InvitationUnusable(NotFound):
    """The link is unknown, was used or withdrawn, or its time has passed: which of these is not told."""


def invite(
    session: Session,
    *,
    role: Role,
    display_name: str,
    speciality: str | None,
    invited_by: int,
    now: datetime,
) -> str:
    """A link's token for a new colleague; it is shown once and only its hash is kept. Raises InvalidInput."""
    name = " ".join(display_name.split())
    if not 2 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"a name has 2 to {LONGEST_NAME} characters")
    token = _stored(
        session,
        Invitation(
            role=role.value,
            display_name=name,
            speciality=speciality if speciality in SPECIALITIES else None,
            invited_by=invited_by,
        ),
        now,
    )
    audit.record(session, staff_id=invited_by, action=Action.STAFF_INVITED, now=now, note=role.value)
    return token


def offer_password(session: Session, *, staff_id: int, invited_by: int, now: datetime) -> str:
    """A link's token by which a member of the staff sets a new password; older ones no longer work. Raises NotFound."""
    member = staff.member(session, staff_id)
    session.execute(
        update(Invitation)
        .where(Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
        .values(withdrawn_at=now)
    )
    made = Invitation(
        role=member.role, display_name=member.display_name, staff_id=staff_id, invited_by=invited_by
    )
    token = _stored(session, made, now)
    about = [(Kind.STAFF, staff_id)]
    audit.record(session, staff_id=invited_by, action=Action.PASSWORD_OFFERED, now=now, about=about)
    return token


def join(session: Session, *, token: str, username: str, password: str, now: datetime) -> Staff:
    """Make the account of an invitation. Raises InvitationUnusable, InvalidInput or Conflict; then the link still works."""
    invitation = _usable(session, token, now)
    if invitation.staff_id is not None:
        raise InvitationUnusable("this link sets a password")
    member = staff.create(
        session,
        username=username,
        password=password,
        display_name=invitation.display_name,
        role=Role(invitation.role),
        now=now,
    )
    if invitation.speciality is not None:
        session.add(CoachProfile(staff_id=member.id, specialities=[invitation.speciality]))
    invitation.used_at = now
    invitation.staff_id = member.id
    audit.record(
        session,
        staff_id=member.id,
        action=Action.STAFF_JOINED,
        now=now,
        about=[(Kind.STAFF, member.id)],
        note=member.role,
    )
    return member


def set_password(session: Session, *, token: str, password: str, now: datetime) -> Staff:
    """Set the new password of a link, and end the sessions of its owner. Raises InvitationUnusable or PasswordRefused."""
    invitation = _usable(session, token, now)
    member = session.get(Staff, invitation.staff_id) if invitation.staff_id else None
    if member is None or member.disabled_at is not None:
        raise InvitationUnusable("this link sets no password")
    staff.give_password(session, member=member, password=password)
    logins.end_all(session, staff_id=member.id)
    invitation.used_at = now
    about = [(Kind.STAFF, member.id)]
    audit.record(session, staff_id=member.id, action=Action.PASSWORD_CHANGED, now=now, about=about)
    return member


def withdraw(session: Session, *, invitation_id: int, staff_id: int, now: datetime) -> None:
    """A link that was not used yet works no longer."""
    session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None))
        .values(withdrawn_at=now)
    )
    audit.record(session, staff_id=staff_id, action=Action.INVITATION_WITHDRAWN, now=now)


def open_ones(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """The links that still work, the newest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.id.desc())
    ).all()


def _stored(session: Session, invitation: Invitation, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = token_hash(token)
    invitation.created_at = now
    invitation.expires_at = now + LIFETIME
    session.add(invitation)
    session.flush()
    return token


def _usable(session: Session, token: str, now: datetime) -> Invitation:
    found = session.scalar(
        select(Invitation).where(Invitation.token_hash == token_hash(token.strip())).with_for_update()
    )
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= now:
        raise InvitationUnusable("the link is not (or no longer) usable")
    return found
