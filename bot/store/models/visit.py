"""Places that are kept for somebody for a while, who waits for one, who came, and what they are asked afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, PrimaryKey
from bot.store.models.caravan import AppointmentTime, Booking, Stop
from bot.store.models.contact import Contact


class Hold(Base):
    """A place that is counted in ``AppointmentTime.held``: nobody else can take it.

    ``purpose`` is "confirm" (the person reads the summary) or "offer" (somebody on the waiting list is asked).
    ``status`` is "held", "used" (a booking took it over) or "freed". It lapses at ``expires_at``; while that is null,
    the person has not been told yet.
    """

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_confirming",
            "contact_id",
            unique=True,
            postgresql_where=text("status = 'held' AND purpose = 'confirm'"),
        ),
        Index("ix_hold_lapsing", "expires_at", postgresql_where=text("status = 'held'")),
    )

    id: Mapped[PrimaryKey]
    appointment_time_id: Mapped[int] = mapped_column(ForeignKey("appointment_time.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    purpose: Mapped[str]
    status: Mapped[str] = mapped_column(default="held")
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    appointment_time: Mapped[AppointmentTime] = relationship()


class WaitingListEntry(Base):
    """Somebody who waits for a place at a full stop; who came first is asked first.

    ``status`` is "waiting", "offered" (``hold_id`` is kept for them; they are asked at ``told_at``), "accepted"
    (``booking_id`` is what became of it), "refused", "lapsed", "left" or "closed" (the stop is over or was called off).
    """

    __tablename__ = "waiting_list_entry"
    __table_args__ = (
        Index(
            "uq_waiting_list_entry_open",
            "stop_id",
            "contact_id",
            "person_key",
            unique=True,
            postgresql_where=text("status IN ('waiting', 'offered')"),
        ),
        Index("ix_waiting_list_entry_line", "stop_id", "id", postgresql_where=text("status = 'waiting'")),
        Index("ix_waiting_list_entry_offered", "id", postgresql_where=text("status = 'offered'")),
    )

    id: Mapped[PrimaryKey]
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    name: Mapped[str]
    person_key: Mapped[str]
    phone: Mapped[str]
    service: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="waiting")
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"))
    joined_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    stop: Mapped[Stop] = relationship()
    contact: Mapped[Contact] = relationship()
    hold: Mapped[Hold | None] = relationship()


class Attendance(Base):
    """Who came to a stop and who did not, as the staff noted it. ``booking_id`` is null for who came without an appointment.

    ``gender`` is "woman" or "man", and null unless the person said it. ``what_next`` and ``referred_to`` are the short
    result of the talk, in the staff's words.
    """

    __tablename__ = "attendance"
    __table_args__ = (CheckConstraint("came OR booking_id IS NOT NULL", name="absent_with_booking"),)

    id: Mapped[PrimaryKey]
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"), unique=True)
    came: Mapped[bool]
    name: Mapped[str | None]
    service: Mapped[str | None]
    gender: Mapped[str | None]
    what_next: Mapped[str | None]
    referred_to: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    noted_at: Mapped[datetime]


class FollowUp(Base):
    """One message after the day, once for each booking; polled like a reminder.

    ``kind`` is "came" or "no_show"; ``status`` is "due", "sent" or "skipped" (with a ``reason``); ``answer`` is what
    was chosen.
    """

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_due", "due_at", postgresql_where=text("status = 'due'")),)

    id: Mapped[PrimaryKey]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), unique=True)
    kind: Mapped[str]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="due")
    reason: Mapped[str | None]
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"))
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
