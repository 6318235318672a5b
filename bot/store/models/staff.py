"""Staff, their sessions, and the record of what they did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.core.roles import Role
from bot.store.models.base import Base, Json, PrimaryKey


class Staff(Base):
    """Somebody who works in the console.

    ``password_hash`` is argon2; ``language`` is "ar" or "fr"; ``role`` is a :class:`bot.core.roles.Role`.
    From ``factor_nonce`` and a secret outside the database the second factor's key is made; it counts once
    ``factor_since`` is set. ``factor_step`` is the last 30 seconds whose code was used.
    """

    __tablename__ = "staff"

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default=Role.COACH.value)
    language: Mapped[str] = mapped_column(default="fr")
    factor_nonce: Mapped[str | None]
    factor_since: Mapped[datetime | None]
    factor_step: Mapped[int | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """A login. Only the SHA-256 of the cookie's token is kept.

    While ``awaits_factor`` it opens nothing but the page that asks for the second factor. ``browser`` is a name such as
    "Firefox, Android"; ``seen_at`` is written once a minute.
    """

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    awaits_factor: Mapped[bool] = mapped_column(default=False)
    browser: Mapped[str] = mapped_column(default="")

    staff: Mapped[Staff] = relationship()


class RecoveryCode(Base):
    """One use in place of the second factor. Only the code's SHA-256 is kept."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link that makes an account, or sets a new password for ``staff_id``. Works once; only the token's SHA-256 is kept."""

    __tablename__ = "invitation"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    display_name: Mapped[str]
    speciality: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class RoleRule(Base):
    """What is asked of a role: whether its members need a second factor. No row: they do not."""

    __tablename__ = "role_rule"

    role: Mapped[str] = mapped_column(primary_key=True)
    needs_factor: Mapped[bool]


class LoginAttempt(Base):
    """A failed login, to slow down guessing. ``key`` is a hash of the user name."""

    __tablename__ = "login_attempt"

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


class AuditEvent(Base):
    """What a member of the staff saw or changed. A trigger refuses to change or delete a row.

    ``detail`` holds lists of ids by kind, never names, texts or phone numbers; see :mod:`bot.services.audit`.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_staff_id", "staff_id", "at", "id"),
        Index("ix_audit_event_at", "at", "id"),
        Index(
            "ix_audit_event_detail",
            "detail",
            postgresql_using="gin",
            postgresql_ops={"detail": "jsonb_path_ops"},
        ),
    )

    id: Mapped[PrimaryKey]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    detail: Mapped[Json]
    at: Mapped[datetime]


class ClockOffset(Base):
    """The product's clock ahead of real time, in seconds; moved by the sandbox only. One row."""

    __tablename__ = "clock_offset"

    id: Mapped[PrimaryKey]
    seconds: Mapped[float] = mapped_column(default=0)


class WorkerHeartbeat(Base):
    """When a background process last said that it works."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ProcessMetrics(Base):
    """What one process has counted since it started, as :func:`bot.measures.snapshot` gives it; ``at`` is the machine's time.

    Not logged: a crash of the database loses some seconds of it.
    """

    __tablename__ = "process_metrics"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    process: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    metrics: Mapped[Json]


class NightlyRun(Base):
    """The last day (Africa/Casablanca) for which a nightly piece of work was done."""

    __tablename__ = "nightly_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
