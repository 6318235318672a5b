"""The day of a stop as the staff at the door need it: who is expected when, who came, and what became of the talk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import phone
from bot.core.booking_rules import CALLED_OFF
from bot.core.errors import InvalidInput, NotFound
from bot.core.reminder_rules import CASABLANCA
from bot.core.text import fold
from bot.services import audit
from bot.services.attendance import WITH_A_PLACE
from bot.services.audit import Action, Kind
from bot.store.models import AppointmentTime, Attendance, Booking, Contact, Stop

LONGEST_NEXT = 300
LONGEST_REFERRAL = 80


class TextTooLong(InvalidInput):
    """What was written about a talk is longer than it may be."""


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """Somebody of the day. ``came`` is None until it is noted; ``booking_id``, ``code``, ``phone`` and ``starts_at`` (aware)
    are None for who came without an appointment, ``attendance_id`` until somebody is noted.
    """

    attendance_id: int | None
    booking_id: int | None
    contact_id: int | None
    code: str | None
    name: str | None
    phone: str | None
    variety: str | None
    service: str | None
    starts_at: datetime | None
    came: bool | None
    what_next: str | None
    referred_to: str | None

    @property
    def hour_shown(self) -> str:
        """The time of day in Morocco, "09:30"; empty for who came without an appointment."""
        return f"{self.starts_at.astimezone(CASABLANCA):%H:%M}" if self.starts_at else ""

    @property
    def state(self) -> str:
        """What the person is counted as: "walk_ins", "expected", "came" or "no_show"."""
        if self.booking_id is None:
            return "walk_ins"
        return "expected" if self.came is None else "came" if self.came else "no_show"


def of_stop(session: Session, *, stop_id: int) -> tuple[DayLine, ...]:
    """Everybody with an appointment by its time, then who came without one, in the order of coming."""
    booked = session.execute(
        select(Booking, AppointmentTime.starts_at, Contact.variety, Attendance)
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .join(Contact, Contact.id == Booking.contact_id)
        .outerjoin(Attendance, Attendance.booking_id == Booking.id)
        .where(AppointmentTime.stop_id == stop_id, Booking.status.in_(WITH_A_PLACE))
        .order_by(AppointmentTime.starts_at, Booking.id)
    )
    walked_in = session.scalars(
        select(Attendance)
        .where(Attendance.stop_id == stop_id, Attendance.booking_id.is_(None))
        .order_by(Attendance.id)
    )
    return (
        *(_booked(booking, starts_at, variety, noted) for booking, starts_at, variety, noted in booked),
        *(_walk_in(noted) for noted in walked_in),
    )


def matching(lines: Iterable[DayLine], wanted: str) -> tuple[DayLine, ...]:
    """Those whose code begins with ``wanted``, whose name holds it, or whose whole phone number it is; all where it is blank.

    A part of a number finds nobody: digit after digit would uncover a number that is hidden.
    """
    plain = fold(wanted).strip()
    if not plain:
        return tuple(lines)
    number = phone.mobile(wanted)
    return tuple(line for line in lines if _matches(line, plain, number))


def days(session: Session, *, caravan_id: int, today: date, ahead: int) -> tuple[Stop, ...]:
    """The stops of today, and the next ``ahead`` ones, that were not called off."""
    standing = select(Stop).where(Stop.caravan_id == caravan_id, Stop.status.not_in(CALLED_OFF))
    of_today = session.scalars(standing.where(Stop.day == today).order_by(Stop.opens_at, Stop.id)).all()
    coming = session.scalars(
        standing.where(Stop.day > today).order_by(Stop.day, Stop.opens_at).limit(ahead)
    ).all()
    return (*of_today, *coming)


def note_result(
    session: Session,
    *,
    attendance_id: int,
    stop_id: int,
    what_next: str,
    referred_to: str,
    staff_id: int,
    now: datetime,
) -> None:
    """What became of a talk; blank takes it back. Raises NotFound or TextTooLong."""
    noted = session.get(Attendance, attendance_id, with_for_update=True)
    if noted is None or noted.stop_id != stop_id or not noted.came:
        raise NotFound(f"attendance {attendance_id}")
    noted.what_next = _shortened(what_next, LONGEST_NEXT)
    noted.referred_to = _shortened(referred_to, LONGEST_REFERRAL)
    about = [(Kind.STOP, stop_id), *([(Kind.BOOKING, noted.booking_id)] if noted.booking_id else [])]
    audit.record(session, staff_id=staff_id, action=Action.TALK_NOTED, now=now, about=about)


def _shortened(text: str, longest: int) -> str | None:
    kept = " ".join(text.split())
    if len(kept) > longest:
        raise TextTooLong(f"no more than {longest} characters")
    return kept or None


def _matches(line: DayLine, plain: str, number: str | None) -> bool:
    if number is not None and number == line.phone:
        return True
    return plain in fold(line.name or "") or (line.code or "").lower().startswith(plain.replace(" ", ""))


def _booked(booking: Booking, starts_at: datetime, variety: str | None, noted: Attendance | None) -> DayLine:
    return DayLine(
        attendance_id=noted.id if noted else None,
        booking_id=booking.id,
        contact_id=booking.contact_id,
        code=booking.code,
        name=booking.name,
        phone=booking.phone,
        variety=variety,
        service=booking.service,
        starts_at=starts_at,
        came=noted.came if noted else None,
        what_next=noted.what_next if noted else None,
        referred_to=noted.referred_to if noted else None,
    )


def _walk_in(noted: Attendance) -> DayLine:
    return DayLine(
        attendance_id=noted.id,
        booking_id=None,
        contact_id=None,
        code=None,
        name=noted.name,
        phone=None,
        variety=None,
        service=noted.service,
        starts_at=None,
        came=True,
        what_next=noted.what_next,
        referred_to=noted.referred_to,
    )
