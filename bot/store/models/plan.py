"""Changes of the plan, what people are told of them, and whom the staff have to call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, Json, PrimaryKey
from bot.store.models.caravan import AppointmentTime, Booking, Stop


class PlanChange(Base):
    """One decision of the staff about one stop. ``key`` comes with the form: the same decision twice is one.

    ``kind`` is "postpone", "move", "cancel", "hours" or "advisers"; ``wish`` is what was decided, ``before`` what is
    needed to undo it. ``status`` is "held" until ``release_at``, then "told"; or "undone". Nobody is written to
    while it is held.
    """

    __tablename__ = "plan_change"

    id: Mapped[PrimaryKey]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    target_stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    wish: Mapped[Json]
    before: Mapped[Json]
    status: Mapped[str] = mapped_column(default="held")
    confirmed_at: Mapped[datetime]
    release_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    stop: Mapped[Stop] = relationship(foreign_keys=[stop_id])
    target_stop: Mapped[Stop | None] = relationship(foreign_keys=[target_stop_id])


class Announcement(Base):
    """What one person is told of a change that concerns a booking of theirs; polled like a reminder.

    ``outcome`` is "same_hour", "other_hour", "other_stop", "venue" (only the place is another) or "none" (no place
    was found). ``status`` is "held", "sent" or "void" (with a ``reason``); ``answer`` is "keep", "other" or
    "give_up". ``booking_version`` is the booking's after the change: a newer one makes this void.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("change_id", "booking_id"),
        Index("ix_announcement_due", "due_at", postgresql_where=text("status = 'held'")),
        Index(
            "ix_announcement_unanswered",
            "sent_at",
            postgresql_where=text("status = 'sent' AND answer IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    change_id: Mapped[int] = mapped_column(ForeignKey("plan_change.id"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    booking_version: Mapped[int]
    outcome: Mapped[str]
    from_time_id: Mapped[int] = mapped_column(ForeignKey("appointment_time.id"), index=True)
    to_time_id: Mapped[int | None] = mapped_column(ForeignKey("appointment_time.id"), index=True)
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="held")
    reason: Mapped[str | None]
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"))
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    change: Mapped[PlanChange] = relationship()
    booking: Mapped[Booking] = relationship()
    from_time: Mapped[AppointmentTime] = relationship(foreign_keys=[from_time_id])
    to_time: Mapped[AppointmentTime | None] = relationship(foreign_keys=[to_time_id])


class Call(Base):
    """Somebody whom the staff have to call, because no message is known to have arrived.

    ``reason`` says what about: "change" (a change of the plan), "no_place" (it left them without one) or "reminder".
    Open while ``done_at`` is null; ``result`` is "reached", "no_answer" or "wrong_number".
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("uq_call_open", "booking_id", "reason", unique=True, postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[PrimaryKey]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    result: Mapped[str | None]

    booking: Mapped[Booking] = relationship()


class Preference(Base):
    """A number that the staff may change while the product runs; ``value`` is ``{"value": …}``."""

    __tablename__ = "preference"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Json]
    changed_at: Mapped[datetime]
