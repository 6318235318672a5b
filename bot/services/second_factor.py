"""The second factor: codes of an authenticator app (TOTP), and recovery codes for the day it is lost.

The key of an app is not in the database: it is made from a nonce that is, and from a secret that is not. Who copies the database
can show no codes. ``at`` is the machine's time, because people's phones do not follow the sandbox's clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.core.errors import Conflict
from bot.core.roles import Role
from bot.services.logins import LoginRefused, token_hash
from bot.store.models import RecoveryCode, RoleRule, Staff

ISSUER = "Ana M3ak"
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Phones' clocks are a little off: so many steps before and after count as well."""
RECOVERY_CODES = 8
_KEY_BYTES = 20
_CODE_BYTES = 10


class CodeRefused(LoginRefused):
    """The code is not that of this moment, or was used already."""


def begin(session: Session, *, staff_id: int) -> None:
    """Prepare a new key; it counts once a code of it was confirmed. Raises Conflict where one counts already."""
    member = session.get_one(Staff, staff_id, with_for_update=True)
    if member.factor_since is not None:
        raise Conflict("there is a second factor already")
    member.factor_nonce = secrets.token_urlsafe(16)
    member.factor_step = None


def key_of(member: Staff, *, secret: str) -> str:
    """The key that the app is given, in base 32. Raises Conflict where none was prepared."""
    if member.factor_nonce is None:
        raise Conflict("no second factor was prepared")
    anchor = f"totp:{member.id}:{member.factor_nonce}".encode()
    return base64.b32encode(hmac.digest(secret.encode(), anchor, hashlib.sha256)[:_KEY_BYTES]).decode()


def address(member: Staff, *, secret: str) -> str:
    """What the QR code says: an `otpauth` address with the key."""
    return pyotp.TOTP(key_of(member, secret=secret)).provisioning_uri(
        name=member.username, issuer_name=ISSUER
    )


def confirm(
    session: Session, *, staff_id: int, code: str, secret: str, at: datetime, now: datetime
) -> list[str]:
    """The app shows the right code: from now on it is asked for. Returns the recovery codes, to be shown once.

    Raises CodeRefused, and Conflict where there is nothing to confirm.
    """
    member = session.get_one(Staff, staff_id, with_for_update=True)
    if member.factor_since is not None:
        raise Conflict("there is a second factor already")
    _use_code(member, code, secret, at)
    member.factor_since = now
    return new_codes(session, staff_id=staff_id)


def check(session: Session, *, staff_id: int, code: str, secret: str, at: datetime, now: datetime) -> None:
    """Use up a code of the app, or a recovery code. Raises CodeRefused."""
    member = session.get_one(Staff, staff_id, with_for_update=True)
    if member.factor_since is None:
        raise CodeRefused("there is no second factor")
    typed = "".join(code.split())
    if typed.isdecimal():
        _use_code(member, typed, secret, at)
        return
    kept = session.get(RecoveryCode, _recovery_hash(staff_id, typed), with_for_update=True)
    if kept is None or kept.used_at is not None:
        raise CodeRefused("this recovery code is not known, or was used")
    kept.used_at = now


def remove(session: Session, *, staff_id: int) -> None:
    """Take the second factor and its recovery codes away."""
    member = session.get_one(Staff, staff_id, with_for_update=True)
    member.factor_nonce = member.factor_since = member.factor_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def new_codes(session: Session, *, staff_id: int) -> list[str]:
    """Replace the recovery codes; they are shown once."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [_written(secrets.token_bytes(_CODE_BYTES)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(code_hash=_recovery_hash(staff_id, code), staff_id=staff_id) for code in codes
    )
    session.flush()
    return codes


def codes_left(session: Session, *, staff_id: int) -> int:
    """How many recovery codes are unused."""
    unused = RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).where(RecoveryCode.staff_id == staff_id, unused)) or 0


def roles_that_need_it(session: Session) -> Sequence[Role]:
    """The roles whose members need a second factor."""
    found = session.scalars(select(RoleRule.role).where(RoleRule.needs_factor).order_by(RoleRule.role))
    return [Role(role) for role in found]


def ask_of(session: Session, *, role: Role, needed: bool) -> None:
    """Whether members of a role need a second factor; who has none is led to it at the next page."""
    session.merge(RoleRule(role=role.value, needs_factor=needed))
    session.flush()


def _use_code(member: Staff, code: str, secret: str, at: datetime) -> None:
    codes = pyotp.TOTP(key_of(member, secret=secret), interval=STEP_SECONDS)
    present = int(at.timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        fresh = member.factor_step is None or step > member.factor_step
        if fresh and hmac.compare_digest(codes.at(step * STEP_SECONDS).encode(), typed.encode()):
            member.factor_step = step
            return
    raise CodeRefused("the code is not that of this moment, or was used already")


def _written(number: bytes) -> str:
    letters = base64.b32encode(number).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _recovery_hash(staff_id: int, code: str) -> str:
    return token_hash(f"recovery:{staff_id}:{code.replace('-', '').lower()}")
