"""The caravan's calendar and the places taken in it."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.core.timetable import SERVICES
from bot.store.models.base import Base, Json, PrimaryKey
from bot.store.models.contact import Contact


class Caravan(Base):
    """One edition, as its file describes it. ``is_example`` marks a made-up timetable until the staff load theirs."""

    __tablename__ = "caravan"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(unique=True)
    province_code: Mapped[str]
    is_example: Mapped[bool]
    is_current: Mapped[bool]
    facts: Mapped[Json]
    loaded_at: Mapped[datetime]

    stops: Mapped[list[Stop]] = relationship(back_populates="caravan")


class Stop(Base):
    """A place and a day. ``commune_code`` is HCP's; hours are local (Africa/Casablanca); ``version`` grows with every change.

    ``status`` is "planned", "confirmed", "running", "done", "cancelled", or "postponed" (another day) or "moved"
    (another place), where ``moved_to_id`` is the stop that stands instead. From ``advisers`` (for any service),
    ``own_advisers`` (more of them, by service), ``minutes``, ``breaks`` (local "HH:MM" pairs) and ``walk_in``
    (percent of the places kept for people without an appointment) its times were made.
    """

    __tablename__ = "stop"
    __table_args__ = (UniqueConstraint("caravan_id", "commune_code", "day"),)

    id: Mapped[PrimaryKey]
    caravan_id: Mapped[int] = mapped_column(ForeignKey("caravan.id"), index=True)
    commune_code: Mapped[str]
    day: Mapped[date]
    opens_at: Mapped[time]
    closes_at: Mapped[time]
    latitude: Mapped[float]
    longitude: Mapped[float]
    venue_fr: Mapped[str | None]
    venue_ar: Mapped[str | None]
    services: Mapped[list[str]] = mapped_column(ARRAY(String), default=lambda: list(SERVICES))
    advisers: Mapped[int] = mapped_column(default=1)
    own_advisers: Mapped[Json] = mapped_column(default=dict)
    minutes: Mapped[int] = mapped_column(default=30)
    breaks: Mapped[list[list[str]]] = mapped_column(JSONB, default=list)
    walk_in: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="confirmed")
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"))
    version: Mapped[int] = mapped_column(default=1)

    caravan: Mapped[Caravan] = relationship(back_populates="stops")
    appointment_times: Mapped[list[AppointmentTime]] = relationship(
        back_populates="stop", order_by="AppointmentTime.starts_at"
    )


class AppointmentTime(Base):
    """A bookable time at a stop. The database itself refuses to sell or keep more than ``capacity``.

    ``held`` counts the places that are kept for somebody for a while; see :class:`bot.store.models.visit.Hold`.
    ``service`` is null where it is for any. A ``closed`` time takes nobody any more. Whoever closes or opens
    times writes them, instead of the stop alone: a booking that waits for the row then sees it.
    ``adjusted`` says that the staff set its places by hand.
    """

    __tablename__ = "appointment_time"
    __table_args__ = (
        UniqueConstraint("stop_id", "starts_at", "service", postgresql_nulls_not_distinct=True),
        CheckConstraint("taken >= 0 AND held >= 0 AND taken + held <= capacity", name="capacity"),
    )

    id: Mapped[PrimaryKey]
    stop_id: Mapped[int] = mapped_column(ForeignKey("stop.id"), index=True)
    starts_at: Mapped[datetime]
    service: Mapped[str | None]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    closed: Mapped[bool] = mapped_column(default=False)
    adjusted: Mapped[bool] = mapped_column(default=False)

    stop: Mapped[Stop] = relationship(back_populates="appointment_times")


class Booking(Base):
    """One place taken by one person. ``person_key`` is the folded name: several people may share a contact.

    ``service`` is what they come for, null where they did not say; each has one active booking per service.
    ``status`` is "active", "displaced" (the plan changed and no place was found yet: it holds none), "cancelled", or
    "past" once the same person booked again after its time. ``version`` grows when the booking moves, which
    voids the reminders of older versions.
    ``phone`` is a Moroccan mobile in E.164, for SMS.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_active_person",
            "contact_id",
            "person_key",
            "service",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    appointment_time_id: Mapped[int] = mapped_column(ForeignKey("appointment_time.id"), index=True)
    name: Mapped[str]
    person_key: Mapped[str]
    phone: Mapped[str]
    service: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    appointment_time: Mapped[AppointmentTime] = relationship()
    contact: Mapped[Contact] = relationship()


class Reminder(Base):
    """A message that falls due. ``kind`` is "evening" or "morning"; ``status`` is "due", "sent", "void" or "missed" (with a reason).

    ``outbound_id`` is the SMS and ``chat_outbound_id`` what went to the chat, where there were such. ``settled_at``
    is when it was known that one of them arrived, or that the person has to be called.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("booking_id", "booking_version", "kind"),
        Index("ix_reminder_due", "due_at", postgresql_where=text("status = 'due'")),
        Index(
            "ix_reminder_unsettled",
            "sent_at",
            postgresql_where=text("status = 'sent' AND settled_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    booking_version: Mapped[int]
    kind: Mapped[str]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="due")
    reason: Mapped[str | None]
    outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"), index=True)
    chat_outbound_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"), index=True)
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
