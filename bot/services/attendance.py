"""Who came to a stop and who did not, noted by the staff; walk-ins too. Each note is in the record of the staff's doings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import booking_rules, visit_rules
from bot.core.errors import Conflict, InvalidInput, NotFound
from bot.core.timetable import SERVICES
from bot.services import audit, follow_ups
from bot.services.audit import Action, Kind
from bot.store.models import AppointmentTime, Attendance, Booking, Stop

WITH_A_PLACE = ("active", "past")
"""Statuses of a booking whose person is expected, or was."""


class TooEarly(Conflict):
    """The day of the stop (or, for who is missing, the appointment) has not come yet."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Somebody with an appointment at a stop. ``came`` is None until the staff note it; ``starts_at`` is aware."""

    booking_id: int
    contact_id: int
    code: str
    name: str
    starts_at: datetime
    service: str | None
    came: bool | None


def of_stop(session: Session, *, stop_id: int) -> tuple[Expected, ...]:
    """Everybody who has an appointment at the stop, by its time."""
    rows = session.execute(
        select(Booking, AppointmentTime.starts_at, Attendance.came)
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .outerjoin(Attendance, Attendance.booking_id == Booking.id)
        .where(AppointmentTime.stop_id == stop_id, Booking.status.in_(WITH_A_PLACE))
        .order_by(AppointmentTime.starts_at, Booking.id)
    )
    return tuple(_expected(booking, starts_at, came) for booking, starts_at, came in rows)


def by_code(session: Session, *, stop_id: int, code: str) -> Expected:
    """Whose code it is, as it is said at the door: case and blanks do not matter. Raises NotFound."""
    said = "".join(code.split()).upper()
    for expected in of_stop(session, stop_id=stop_id):
        if expected.code == said:
            return expected
    raise NotFound("nobody at this stop has this code")


def check_in(
    session: Session, *, booking_id: int, staff_id: int, now: datetime, gender: str | None = None
) -> Attendance:
    """The person came. ``gender`` only where they say it. Raises NotFound, TooEarly or InvalidInput."""
    return _note(session, booking_id=booking_id, came=True, gender=gender, staff_id=staff_id, now=now)


def no_show(session: Session, *, booking_id: int, staff_id: int, now: datetime) -> Attendance:
    """The person did not come. Raises NotFound, or TooEarly before the appointment begins."""
    return _note(session, booking_id=booking_id, came=False, gender=None, staff_id=staff_id, now=now)


def no_show_of_the_rest(session: Session, *, stop_id: int, staff_id: int, now: datetime) -> int:
    """Whoever has not been noted and whose time has come did not come; how many."""
    missing = [
        expected
        for expected in of_stop(session, stop_id=stop_id)
        if expected.came is None and expected.starts_at <= now
    ]
    for expected in missing:
        no_show(session, booking_id=expected.booking_id, staff_id=staff_id, now=now)
    return len(missing)


def walk_in(
    session: Session,
    *,
    stop_id: int,
    staff_id: int,
    now: datetime,
    name: str | None = None,
    service: str | None = None,
    gender: str | None = None,
) -> Attendance:
    """Somebody came without an appointment; nothing of them need be known. Raises NotFound, TooEarly or InvalidInput."""
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise NotFound(f"stop {stop_id}")
    if not visit_rules.may_be_noted(day=stop.day, now=now):
        raise TooEarly(f"stop {stop_id} lies ahead")
    if service is not None and service not in SERVICES:
        raise InvalidInput("there is no such service")
    _check_gender(gender)
    noted = Attendance(
        stop_id=stop_id,
        came=True,
        name=booking_rules.clean_name(name) or None if name else None,
        service=service,
        gender=gender,
        staff_id=staff_id,
        noted_at=now,
    )
    session.add(noted)
    session.flush()
    audit.record(
        session,
        staff_id=staff_id,
        action=Action.ATTENDANCE_NOTED,
        now=now,
        about=[(Kind.STOP, stop_id)],
        note="walk_in",
    )
    return noted


def _note(
    session: Session, *, booking_id: int, came: bool, gender: str | None, staff_id: int, now: datetime
) -> Attendance:
    _check_gender(gender)
    booking, time, stop = _of_booking(session, booking_id)
    if not visit_rules.may_be_noted(day=stop.day, now=now) or (not came and now < time.starts_at):
        raise TooEarly(f"the appointment of booking {booking_id} lies ahead")
    noted = session.scalar(select(Attendance).where(Attendance.booking_id == booking_id))
    if noted is None:
        noted = Attendance(stop_id=stop.id, booking_id=booking_id, service=booking.service)
        session.add(noted)
    noted.came, noted.staff_id, noted.noted_at = came, staff_id, now
    noted.gender = gender or noted.gender
    session.flush()
    follow_ups.plan(session, booking_id=booking_id, came=came, stop=stop, now=now)
    audit.record(
        session,
        staff_id=staff_id,
        action=Action.ATTENDANCE_NOTED,
        now=now,
        about=[(Kind.STOP, stop.id), (Kind.BOOKING, booking_id), (Kind.CONTACT, booking.contact_id)],
        note="came" if came else "no_show",
    )
    return noted


def _of_booking(session: Session, booking_id: int) -> tuple[Booking, AppointmentTime, Stop]:
    # Locked: two of the staff at two doors note the same person once.
    booking = session.get(Booking, booking_id, with_for_update=True, populate_existing=True)
    if booking is None or booking.status not in WITH_A_PLACE:
        raise NotFound(f"booking {booking_id} has no place")
    time = session.get_one(AppointmentTime, booking.appointment_time_id)
    return booking, time, session.get_one(Stop, time.stop_id)


def _check_gender(gender: str | None) -> None:
    if gender is not None and gender not in visit_rules.GENDERS:
        raise InvalidInput(f"gender is one of {', '.join(visit_rules.GENDERS)}, or not noted")


def _expected(booking: Booking, starts_at: datetime, came: bool | None) -> Expected:
    return Expected(
        booking_id=booking.id,
        contact_id=booking.contact_id,
        code=booking.code,
        name=booking.name,
        starts_at=starts_at,
        service=booking.service,
        came=came,
    )
