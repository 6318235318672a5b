"""Staff accounts and logins."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.core.errors import AnaM3akError, Conflict, InvalidInput, NotFound
from bot.core.roles import Role
from bot.services import audit
from bot.services.audit import Action
from bot.store.models import LoginAttempt, Staff, StaffSession

SESSION_LENGTH = timedelta(hours=12)
FIRST_ACCOUNT = "organisateur"
MIN_PASSWORD = 10
MAX_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_passwords = PasswordHash.recommended()


class LoginRefused(AnaM3akError):
    """Unknown user name or wrong password: the two are not told apart."""


class TooManyAttempts(AnaM3akError):
    """Too many failed logins for this name in the last quarter of an hour."""

    retryable = True


def create(
    session: Session,
    *,
    username: str,
    password: str,
    display_name: str,
    now: datetime,
    role: Role = Role.COACH,
) -> Staff:
    """A new account. Raises InvalidInput (form of the name, short password) or Conflict (name taken)."""
    if not _USERNAME.fullmatch(username):
        raise InvalidInput("a user name has 2 to 40 small letters, digits, dots, dashes or underscores")
    _check_password(password)
    if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise Conflict(f"the user name {username} is taken")
    staff = Staff(
        username=username,
        display_name=display_name or username,
        password_hash=_passwords.hash(password),
        role=role.value,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    return staff


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


def set_password(session: Session, *, username: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound or InvalidInput."""
    _check_password(password)
    staff = session.scalar(select(Staff).where(Staff.username == username))
    if staff is None:
        raise NotFound(f"there is no account named {username}")
    staff.password_hash = _passwords.hash(password)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))


def note_failure(session: Session, *, username: str, now: datetime) -> None:
    """Remember a failed login, in a transaction of its own so that it outlives the refusal."""
    session.add(LoginAttempt(key=_hash(username), at=now))


def log_in(session: Session, *, username: str, password: str, now: datetime) -> str:
    """Check a password and open a session. Returns the cookie's token. Raises LoginRefused or TooManyAttempts."""
    failures = session.scalar(
        select(func.count()).where(
            LoginAttempt.key == _hash(username), LoginAttempt.at > now - FAILURE_WINDOW
        )
    )
    if (failures or 0) >= MAX_FAILURES:
        raise TooManyAttempts("too many failed logins; try again in a quarter of an hour")
    staff = session.scalar(select(Staff).where(Staff.username == username, Staff.disabled_at.is_(None)))
    if staff is None:
        _passwords.hash(password)
        raise LoginRefused("unknown user name or wrong password")
    if not _passwords.verify(password, staff.password_hash):
        raise LoginRefused("unknown user name or wrong password")
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash(token), staff_id=staff.id, created_at=now, expires_at=now + SESSION_LENGTH
        )
    )
    audit.record(session, staff_id=staff.id, action=Action.LOGIN, now=now)
    return token


def by_token(session: Session, *, token: str, now: datetime) -> Staff | None:
    """Whose session this is, while it lasts."""
    found = session.get(StaffSession, _hash(token))
    if found is None or found.expires_at <= now or found.staff.disabled_at is not None:
        return None
    return found.staff


def log_out(session: Session, *, token: str) -> None:
    """End a session."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def set_language(session: Session, *, staff_id: int, language: str) -> None:
    """The console's language for this person: "ar" or "fr". Raises InvalidInput."""
    if language not in ("ar", "fr"):
        raise InvalidInput("the console speaks ar and fr")
    session.get_one(Staff, staff_id).language = language


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"a password has at least {MIN_PASSWORD} characters")


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
