"""Taking, moving and giving up a place. The database counts the places; nothing here trusts what was read before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from bot.core import booking_rules
from bot.core.errors import Conflict, NotFound
from bot.services import reminders
from bot.store.models import AppointmentTime, Booking, Stop

CODE_TRIES = 5


class TimeTaken(Conflict):
    """The last place at this time is gone, or the time cannot be booked any more."""


class AlreadyBooked(Conflict):
    """This person has an active booking; ``booking_id`` is it."""

    def __init__(self, booking_id: int) -> None:
        super().__init__(f"booking {booking_id} is active")
        self.booking_id = booking_id


def book(
    session: Session,
    *,
    contact_id: int,
    conversation_id: int,
    appointment_time_id: int,
    name: str,
    phone: str,
    now: datetime,
) -> Booking:
    """Take one place for one person. ``phone`` is a Moroccan mobile in E.164.

    Raises TimeTaken, and AlreadyBooked where the person (this contact, this name) has an active booking.
    """
    _close_past(session, contact_id, now)
    key = booking_rules.person_key(name)
    known = _active_of_person(session, contact_id, key)
    if known is not None:
        raise AlreadyBooked(known.id)
    _take_place(session, appointment_time_id, now)
    booking = Booking(
        code=_free_code(session),
        contact_id=contact_id,
        conversation_id=conversation_id,
        appointment_time_id=appointment_time_id,
        name=name,
        person_key=key,
        phone=phone,
        created_at=now,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(booking)
    except IntegrityError:
        raise TimeTaken("the same person was booked at the same moment") from None
    reminders.plan(session, booking=booking, now=now)
    return booking


def move(
    session: Session, *, booking_id: int, contact_id: int, appointment_time_id: int, now: datetime
) -> Booking:
    """Take the new place and give up the old one, together. Raises TimeTaken (the old place stays) or NotFound."""
    booking = _locked(session, booking_id, contact_id)
    if booking.appointment_time_id == appointment_time_id:
        return booking
    _lock_in_order(session, booking.appointment_time_id, appointment_time_id)
    _take_place(session, appointment_time_id, now)
    _free_place(session, booking.appointment_time_id)
    booking.appointment_time_id = appointment_time_id
    booking.version += 1
    booking.changed_at = now
    session.flush()
    session.expire(booking, ["appointment_time"])
    reminders.plan(session, booking=booking, now=now)
    return booking


def cancel(session: Session, *, booking_id: int, contact_id: int, now: datetime) -> Booking:
    """Give up a place, which is free again at once. Raises NotFound where the contact has no such active booking."""
    booking = _locked(session, booking_id, contact_id)
    _free_place(session, booking.appointment_time_id)
    booking.status = "cancelled"
    booking.version += 1
    booking.changed_at = now
    session.flush()
    reminders.void(session, booking_id=booking.id)
    return booking


def active(session: Session, *, contact_id: int, now: datetime) -> Sequence[Booking]:
    """The contact's bookings that lie ahead, soonest first."""
    return session.scalars(
        select(Booking)
        .join(AppointmentTime)
        .options(joinedload(Booking.appointment_time).joinedload(AppointmentTime.stop))
        .where(Booking.contact_id == contact_id, Booking.status == "active", AppointmentTime.starts_at >= now)
        .order_by(AppointmentTime.starts_at)
    ).all()


def _close_past(session: Session, contact_id: int, now: datetime) -> None:
    """A booking whose time has come and gone keeps nobody from booking again."""
    gone = select(AppointmentTime.id).where(AppointmentTime.starts_at < now)
    session.execute(
        update(Booking)
        .where(
            Booking.contact_id == contact_id,
            Booking.status == "active",
            Booking.appointment_time_id.in_(gone),
        )
        .values(status="past")
    )


def _active_of_person(session: Session, contact_id: int, key: str) -> Booking | None:
    return session.scalar(
        select(Booking).where(
            Booking.contact_id == contact_id, Booking.person_key == key, Booking.status == "active"
        )
    )


def _take_place(session: Session, appointment_time_id: int, now: datetime) -> None:
    taken = session.scalar(
        update(AppointmentTime)
        .where(
            AppointmentTime.id == appointment_time_id,
            AppointmentTime.taken < AppointmentTime.capacity,
            AppointmentTime.starts_at >= now + booking_rules.MIN_NOTICE,
            AppointmentTime.stop_id.in_(select(Stop.id).where(Stop.status.in_(booking_rules.BOOKABLE_STOP))),
        )
        .values(taken=AppointmentTime.taken + 1)
        .returning(AppointmentTime.id)
    )
    if taken is None:
        raise TimeTaken(f"appointment time {appointment_time_id} has no place left")


def _lock_in_order(session: Session, *appointment_time_ids: int) -> None:
    """Two people who swap their times would otherwise wait for each other."""
    session.execute(
        select(AppointmentTime.id)
        .where(AppointmentTime.id.in_(appointment_time_ids))
        .order_by(AppointmentTime.id)
        .with_for_update()
    )


def _free_place(session: Session, appointment_time_id: int) -> None:
    session.execute(
        update(AppointmentTime)
        .where(AppointmentTime.id == appointment_time_id)
        .values(taken=AppointmentTime.taken - 1)
    )


def _locked(session: Session, booking_id: int, contact_id: int) -> Booking:
    booking = session.scalar(
        select(Booking)
        .where(Booking.id == booking_id, Booking.contact_id == contact_id, Booking.status == "active")
        .with_for_update()
    )
    if booking is None:
        raise NotFound(f"active booking {booking_id}")
    return booking


def _free_code(session: Session) -> str:
    for _ in range(CODE_TRIES):
        code = booking_rules.new_code()
        if session.scalar(select(Booking.id).where(Booking.code == code)) is None:
            return code
    raise TimeTaken("no free booking code was found")
