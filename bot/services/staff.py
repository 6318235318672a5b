"""Accounts of the staff: who they are, their role, and who may not go."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import phone
from bot.core.errors import AnaM3akError, Conflict, InvalidInput, NotFound
from bot.core.handoff_rules import SPECIALITIES
from bot.core.messages import Channel
from bot.core.roles import COACHES, Role
from bot.services import audit, handoffs, logins, passwords
from bot.services.audit import Action, Kind
from bot.store.models import CoachProfile, Staff, StaffSession

FIRST_ACCOUNT = "organisateur"
LANGUAGES = ("ar", "fr")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class LastOrganiser(Conflict):
    """Without an organiser nobody could invite anybody any more."""


class WrongPassword(AnaM3akError):
    """The present password, which is asked for before a change, is another."""


class UsernameTaken(Conflict):
    """Somebody has this user name."""


class AlertAddressUnusable(InvalidInput):
    """Not a Moroccan mobile number, or no Telegram is linked."""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A member of the staff, and when they were last seen."""

    staff: Staff
    specialities: tuple[str, ...]
    seen_at: datetime | None


def create(
    session: Session,
    *,
    username: str,
    password: str,
    display_name: str,
    now: datetime,
    role: Role = Role.COACH,
) -> Staff:
    """A new account. Raises InvalidInput (form of the name), PasswordRefused or UsernameTaken."""
    if not _USERNAME.fullmatch(username):
        raise InvalidInput("a user name has 2 to 40 small letters, digits, dots, dashes or underscores")
    password_hash = passwords.hashed(password, about=(username, display_name))
    if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise UsernameTaken(f"the user name {username} is taken")
    made = Staff(
        username=username,
        display_name=display_name or username,
        password_hash=password_hash,
        role=role.value,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def ensure_first_account(session: Session, *, now: datetime) -> tuple[str, str] | None:
    """Where there is no account yet, make one and return its user name and password, to be shown once; else None."""
    if session.scalar(select(func.count()).select_from(Staff)):
        return None
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    create(
        session,
        username=FIRST_ACCOUNT,
        password=password,
        display_name="Organisateur",
        role=Role.ORGANISER,
        now=now,
    )
    return FIRST_ACCOUNT, password


def member(session: Session, staff_id: int) -> Staff:
    """The member of the staff with this id. Raises NotFound."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFound(f"there is no member of the staff {staff_id}")
    return found


def by_username(session: Session, username: str) -> Staff:
    """The member of the staff with this user name. Raises NotFound."""
    found = session.scalar(select(Staff).where(Staff.username == username))
    if found is None:
        raise NotFound(f"there is no account named {username}")
    return found


def colleagues(session: Session) -> Sequence[Colleague]:
    """Everybody, those whose account is closed last."""
    seen = func.max(StaffSession.seen_at)
    rows = session.execute(
        select(Staff, CoachProfile.specialities, seen)
        .outerjoin(CoachProfile, CoachProfile.staff_id == Staff.id)
        .outerjoin(StaffSession, StaffSession.staff_id == Staff.id)
        .group_by(Staff.id, CoachProfile.staff_id)
        .order_by(Staff.disabled_at.is_not(None), func.lower(Staff.display_name), Staff.id)
    )
    return [
        Colleague(staff=found, specialities=tuple(best or ()), seen_at=seen_at)
        for found, best, seen_at in rows
    ]


def set_password(session: Session, *, username: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound or PasswordRefused."""
    found = by_username(session, username)
    give_password(session, member=found, password=password)
    logins.end_all(session, staff_id=found.id)


def give_password(session: Session, *, member: Staff, password: str) -> None:
    """Set somebody's password. Raises PasswordRefused."""
    member.password_hash = passwords.hashed(password, about=(member.username, member.display_name))
    session.flush()


def change_password(
    session: Session, *, staff_id: int, present: str, wanted: str, token: str, now: datetime
) -> None:
    """Change one's own password and end one's other sessions. Raises WrongPassword or PasswordRefused."""
    confirm_password(session, staff_id=staff_id, password=present)
    give_password(session, member=member(session, staff_id), password=wanted)
    logins.end_all(session, staff_id=staff_id, but=token)
    about = [(Kind.STAFF, staff_id)]
    audit.record(session, staff_id=staff_id, action=Action.PASSWORD_CHANGED, now=now, about=about)


def confirm_password(session: Session, *, staff_id: int, password: str) -> None:
    """Whether it is really them, before something weighty. Raises WrongPassword."""
    if not passwords.fits(password, member(session, staff_id).password_hash):
        raise WrongPassword("the password is another")


def set_language(session: Session, *, staff_id: int, language: str) -> None:
    """The console's language for this person: "ar" or "fr". Raises InvalidInput."""
    if language not in LANGUAGES:
        raise InvalidInput("the console speaks ar and fr")
    session.get_one(Staff, staff_id).language = language


def set_profile(
    session: Session,
    *,
    staff_id: int,
    specialities: Sequence[str],
    alert_channel: Channel | None,
    alert_address: str,
) -> None:
    """What one knows best, and where alerts go: nowhere, by SMS to ``alert_address``, or to the linked Telegram. Raises
    AlertAddressUnusable.
    """
    found = profile(session, staff_id)
    found.specialities = [each for each in SPECIALITIES if each in specialities]
    found.alert_address = _alert_address(found, alert_channel, alert_address) if alert_channel else None
    found.alert_channel = alert_channel.value if alert_channel else None
    session.add(found)
    session.flush()


def profile(session: Session, staff_id: int) -> CoachProfile:
    """What somebody knows best and where they are alerted; an empty one where they have not said."""
    known = session.get(CoachProfile, staff_id)
    return known or CoachProfile(staff_id=staff_id, specialities=[])


def change_role(session: Session, *, staff_id: int, role: Role, by: int, now: datetime) -> None:
    """Another role from now on. Who no longer talks with people gives up their conversations. Raises LastOrganiser."""
    found = member(session, staff_id)
    if role is not Role.ORGANISER:
        _keep_an_organiser(session, found)
    found.role = role.value
    if role not in COACHES:
        handoffs.release(session, staff_id=staff_id, to_staff_id=None, now=now)
    about = [(Kind.STAFF, staff_id)]
    audit.record(session, staff_id=by, action=Action.ROLE_CHANGED, now=now, about=about, note=role.value)


def disable(session: Session, *, staff_id: int, by: int, to_staff_id: int | None, now: datetime) -> None:
    """Close an account: its sessions end, its conversations wait or go to a colleague. Raises LastOrganiser or NotFound."""
    found = member(session, staff_id)
    _keep_an_organiser(session, found)
    heir = member(session, to_staff_id) if to_staff_id is not None else None
    if heir is not None and (heir.id == staff_id or heir.disabled_at or Role(heir.role) not in COACHES):
        raise NotFound(f"staff {to_staff_id} cannot take conversations")
    found.disabled_at = found.disabled_at or now
    logins.end_all(session, staff_id=staff_id)
    handoffs.release(session, staff_id=staff_id, to_staff_id=to_staff_id, now=now)
    audit.record(session, staff_id=by, action=Action.STAFF_DISABLED, now=now, about=[(Kind.STAFF, staff_id)])


def enable(session: Session, *, staff_id: int, by: int, now: datetime) -> None:
    """Open a closed account again."""
    member(session, staff_id).disabled_at = None
    audit.record(session, staff_id=by, action=Action.STAFF_ENABLED, now=now, about=[(Kind.STAFF, staff_id)])


def _keep_an_organiser(session: Session, leaving: Staff) -> None:
    """Locks all organisers: two who remove each other at the same moment do not both succeed."""
    organisers = session.scalars(
        select(Staff)
        .where(Staff.role == Role.ORGANISER.value, Staff.disabled_at.is_(None))
        .order_by(Staff.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if [each.id for each in organisers] == [leaving.id]:
        raise LastOrganiser("the last organiser stays")


def _alert_address(known: CoachProfile, channel: Channel, typed: str) -> str:
    number = phone.mobile(typed) if channel is Channel.SMS else None
    if number is not None:
        return number
    if channel is Channel.TELEGRAM and known.alert_channel == channel.value and known.alert_address:
        return known.alert_address
    raise AlertAddressUnusable("alerts go to a Moroccan mobile by SMS, or to the Telegram that was linked")
