"""Coming in: a password, then where there is one a second factor; sessions, and how guessing is slowed down."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.core.errors import AnaM3akError
from bot.services import audit, passwords
from bot.services.audit import Action, Kind
from bot.store.models import LoginAttempt, RoleRule, Staff, StaffSession

SESSION_LENGTH = timedelta(hours=12)
FACTOR_LENGTH = timedelta(minutes=10)
"""How long a login may wait for its second factor."""
MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)


class LoginRefused(AnaM3akError):
    """Unknown user name, or wrong password: the two are not told apart. Or a wrong code."""


class TooManyAttempts(AnaM3akError):
    """Too many failures for this name in the last quarter of an hour."""

    retryable = True


@dataclass(frozen=True, kw_only=True)
class Login:
    """A new session: the cookie's token, and whether the second factor is still to come."""

    token: str
    awaits_factor: bool


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Somebody who is logged in. ``lacks_factor``: their role needs a second factor, and they have none yet."""

    staff: Staff
    lacks_factor: bool


def log_in(session: Session, *, username: str, password: str, now: datetime, browser: str = "") -> Login:
    """Check a password and open a session. Raises LoginRefused or TooManyAttempts."""
    check_attempts(session, key=username, now=now)
    member = session.scalar(select(Staff).where(Staff.username == username, Staff.disabled_at.is_(None)))
    if not passwords.fits(password, member.password_hash if member else None) or member is None:
        raise LoginRefused("unknown user name or wrong password")
    return open_session(session, member=member, now=now, browser=browser)


def open_session(session: Session, *, member: Staff, now: datetime, browser: str = "") -> Login:
    """A session for somebody whose password was checked or just set."""
    awaits = member.factor_since is not None
    token = _stored(session, member, now, browser, awaits_factor=awaits)
    if not awaits:
        audit.record(session, staff_id=member.id, action=Action.LOGIN, now=now)
    return Login(token=token, awaits_factor=awaits)


def awaiting(session: Session, *, token: str, now: datetime) -> Staff | None:
    """Who has given the password in this browser and now has to show the second factor."""
    found = session.get(StaffSession, token_hash(token))
    if found is None or not found.awaits_factor or found.expires_at <= now or found.staff.disabled_at:
        return None
    return found.staff


def pass_factor(session: Session, *, token: str, now: datetime) -> str:
    """The second factor was shown: the session counts from now on, under a new token. Raises LoginRefused."""
    found = session.get(StaffSession, token_hash(token), with_for_update=True)
    if found is None or not found.awaits_factor:
        raise LoginRefused("nobody waits for a second factor here")
    member, browser = found.staff, found.browser
    session.delete(found)
    audit.record(session, staff_id=member.id, action=Action.LOGIN, now=now)
    return _stored(session, member, now, browser, awaits_factor=False)


def by_token(session: Session, *, token: str, now: datetime) -> Presence | None:
    """Whose session this is, while it lasts."""
    row = session.execute(
        select(Staff, StaffSession, RoleRule.needs_factor)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .outerjoin(RoleRule, RoleRule.role == Staff.role)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.expires_at > now,
            StaffSession.awaits_factor.is_(False),
            Staff.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    member, opened, needs_factor = row
    if now - opened.seen_at >= _SEEN_EVERY:
        opened.seen_at = now
    return Presence(staff=member, lacks_factor=bool(needs_factor) and member.factor_since is None)


def log_out(session: Session, *, token: str) -> None:
    """End a session."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def sessions_of(session: Session, *, staff_id: int, now: datetime) -> Sequence[StaffSession]:
    """Somebody's sessions, the one used last first."""
    return session.scalars(
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.expires_at > now,
            StaffSession.awaits_factor.is_(False),
        )
        .order_by(StaffSession.seen_at.desc())
    ).all()


def end_session(session: Session, *, staff_id: int, hashed: str) -> None:
    """End one of somebody's own sessions, named by its token's hash; those of others stay."""
    session.execute(
        delete(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.token_hash == hashed)
    )


def end_all(session: Session, *, staff_id: int, but: str | None = None) -> None:
    """End all of somebody's sessions, save the one whose token is ``but``."""
    ended = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but is not None:
        ended = ended.where(StaffSession.token_hash != token_hash(but))
    session.execute(ended)


def check_attempts(session: Session, *, key: str, now: datetime) -> None:
    """Raises TooManyAttempts where too much has failed lately under ``key``: a user name, or whose code it is."""
    recent = LoginAttempt.at > now - FAILURE_WINDOW
    failures = session.scalar(select(func.count()).where(LoginAttempt.key == token_hash(key), recent))
    if (failures or 0) >= MAX_FAILURES:
        raise TooManyAttempts("too many failed logins; try again in a quarter of an hour")


def note_failure(session: Session, *, key: str, now: datetime) -> None:
    """Remember a failure, in a transaction of its own so that it outlives the refusal. ``key`` is as in :func:`check_attempts`."""
    session.add(LoginAttempt(key=token_hash(key), at=now))
    # PostgreSQL cannot even compare a text with NUL in it.
    known = None if "\x00" in key else session.scalar(select(Staff.id).where(Staff.username == key))
    about = [] if known is None else [(Kind.STAFF, known)]
    audit.record(session, staff_id=None, action=Action.LOGIN_REFUSED, now=now, about=about)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _stored(session: Session, member: Staff, now: datetime, browser: str, *, awaits_factor: bool) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=token_hash(token),
            staff_id=member.id,
            created_at=now,
            expires_at=now + (FACTOR_LENGTH if awaits_factor else SESSION_LENGTH),
            seen_at=now,
            awaits_factor=awaits_factor,
            browser=browser,
        )
    )
    session.flush()
    return token
