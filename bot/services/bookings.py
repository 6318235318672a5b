"""Taking, moving and giving up a place. The database counts the places; nothing here trusts what was read before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from bot.core import booking_rules
from bot.core.errors import Conflict, NotFound
from bot.services import places, reminders, waiting_line
from bot.services.places import TimeTaken
from bot.store.models import AppointmentTime, Booking, Hold

__all__ = ["AlreadyBooked", "TimeTaken", "active", "book", "cancel", "free_place", "move", "rename", "settle"]

CODE_TRIES = 5


class AlreadyBooked(Conflict):
    """This person has an active booking for the same service; ``booking_id`` is it."""

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
    service: str | None = None,
    hold: Hold | None = None,
) -> Booking:
    """Take one place for one person. ``phone`` is a Moroccan mobile in E.164.

    ``service`` is one of :data:`bot.core.timetable.SERVICES`, None where they did not say: then it is the one that
    the time is for, if it is for one. ``hold`` (locked) is the place that was
    kept for them. Raises TimeTaken (also where the time is for another service), and
    AlreadyBooked where the person (this contact, this name) has an active booking for the same.
    """
    _close_past(session, contact_id, now)
    service = service or _service_of(session, appointment_time_id)
    key = booking_rules.person_key(name)
    known = _active_of_person(session, contact_id, key, service)
    if known is not None:
        return _again(session, known, appointment_time_id, now, hold)
    places.take_place(
        session, appointment_time_id, service=service, now=now, contact_id=contact_id, hold=hold
    )
    booking = Booking(
        code=_free_code(session),
        contact_id=contact_id,
        conversation_id=conversation_id,
        appointment_time_id=appointment_time_id,
        name=name,
        person_key=key,
        phone=phone,
        service=service,
        created_at=now,
        changed_at=now,
    )
    _store(session, booking)
    reminders.plan(session, booking=booking, now=now)
    return booking


def _again(
    session: Session, known: Booking, appointment_time_id: int, now: datetime, hold: Hold | None
) -> Booking:
    """Who lost a place to a change of plan and books again gets the old booking, with its code."""
    if known.status != "displaced":
        raise AlreadyBooked(known.id)
    return move(
        session,
        booking_id=known.id,
        contact_id=known.contact_id,
        appointment_time_id=appointment_time_id,
        now=now,
        hold=hold,
    )


def _store(session: Session, booking: Booking) -> None:
    try:
        with session.begin_nested():
            session.add(booking)
    except IntegrityError:
        raise TimeTaken("the same person was booked at the same moment") from None


def move(
    session: Session,
    *,
    booking_id: int,
    contact_id: int,
    appointment_time_id: int,
    now: datetime,
    hold: Hold | None = None,
) -> Booking:
    """Take the new place and give up the old one, together. Raises TimeTaken (the old place stays) or NotFound."""
    booking = _locked(session, booking_id, contact_id)
    if booking.appointment_time_id == appointment_time_id and booking.status == "active":
        if hold is not None:
            places.free_held(session, hold)
        return booking
    places.lock_times(session, [booking.appointment_time_id, appointment_time_id])
    left = booking.appointment_time_id
    places.take_place(
        session, appointment_time_id, service=booking.service, now=now, contact_id=contact_id, hold=hold
    )
    free_place(session, booking)
    settle(session, booking, appointment_time_id=appointment_time_id, now=now)
    waiting_line.pass_on_from(session, time_ids=[left], now=now)
    return booking


def rename(session: Session, *, booking_id: int, contact_id: int, name: str, now: datetime) -> Booking:
    """Put the name on a booking right; place, code and reminders stay. Raises NotFound, and AlreadyBooked where somebody
    of that name has a booking of this contact's for the same.
    """
    booking = _locked(session, booking_id, contact_id)
    key = booking_rules.person_key(name)
    known = _active_of_person(session, contact_id, key, booking.service)
    if known is not None and known.id != booking.id:
        raise AlreadyBooked(known.id)
    booking.name, booking.person_key, booking.changed_at = name, key, now
    session.flush()
    return booking


def settle(session: Session, booking: Booking, *, appointment_time_id: int, now: datetime) -> None:
    """The booking is at a time whose place was taken for it; its reminders follow, those of the old one are void."""
    booking.appointment_time_id = appointment_time_id
    booking.status = "active"
    booking.version += 1
    booking.changed_at = now
    session.flush()
    session.expire(booking, ["appointment_time"])
    reminders.plan(session, booking=booking, now=now)


def cancel(session: Session, *, booking_id: int, contact_id: int, now: datetime) -> Booking:
    """Give up a place, which is free again at once. Raises NotFound where the contact has no such active booking."""
    booking = _locked(session, booking_id, contact_id)
    free_place(session, booking)
    booking.status = "cancelled"
    booking.version += 1
    booking.changed_at = now
    session.flush()
    reminders.void(session, booking_id=booking.id)
    waiting_line.pass_on_from(session, time_ids=[booking.appointment_time_id], now=now)
    return booking


def active(session: Session, *, contact_id: int, now: datetime) -> Sequence[Booking]:
    """The contact's bookings that lie ahead, soonest first; those that lost their place to a change of plan included."""
    ahead = (Booking.status == "active") & (AppointmentTime.starts_at >= now)
    return session.scalars(
        select(Booking)
        .join(AppointmentTime)
        .options(joinedload(Booking.appointment_time).joinedload(AppointmentTime.stop))
        .where(Booking.contact_id == contact_id, ahead | (Booking.status == "displaced"))
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


def _service_of(session: Session, appointment_time_id: int) -> str | None:
    return session.scalar(select(AppointmentTime.service).where(AppointmentTime.id == appointment_time_id))


def _active_of_person(session: Session, contact_id: int, key: str, service: str | None) -> Booking | None:
    return session.scalar(
        select(Booking).where(
            Booking.contact_id == contact_id,
            Booking.person_key == key,
            Booking.service.is_not_distinct_from(service),
            Booking.status.in_(booking_rules.STANDING),
        )
    )


def free_place(session: Session, booking: Booking) -> None:
    """Count the booking's place as free; one that was displaced holds none."""
    if booking.status == "displaced":
        return
    places.free_taken(session, booking.appointment_time_id)


def _locked(session: Session, booking_id: int, contact_id: int) -> Booking:
    booking = session.scalar(
        select(Booking)
        .where(
            Booking.id == booking_id,
            Booking.contact_id == contact_id,
            Booking.status.in_(booking_rules.STANDING),
        )
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
