"""What became of a stop, in numbers: asked, booked, reminded, came; by commune, variety, and gender where it was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.services import reached
from bot.services.attendance import WITH_A_PLACE
from bot.store.models import (
    AppointmentTime,
    Attendance,
    Booking,
    Contact,
    Reminder,
    Stop,
    WaitingListEntry,
)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """People. ``asked`` wanted an appointment (also in vain, or gave it up), ``booked`` kept it, ``reminded`` got a reminder that
    is known to have arrived; ``came`` and ``no_show`` are of those with an appointment, ``walk_ins`` came without one.
    """

    asked: int = 0
    booked: int = 0
    reminded: int = 0
    came: int = 0
    no_show: int = 0
    walk_ins: int = 0

    @property
    def no_show_rate(self) -> float | None:
        """The share of those with an appointment who did not come, of all who were noted; None where nobody was."""
        noted = self.came + self.no_show
        return self.no_show / noted if noted else None


@dataclass(frozen=True, kw_only=True)
class StopNumbers:
    """One stop. ``by_variety`` goes by BCP 47 tag, ``by_gender`` by "woman" and "man"; None stands for what is not known."""

    stop_id: int
    commune_code: str
    day: date
    total: Counts
    by_variety: Mapping[str | None, Counts]
    by_gender: Mapping[str | None, Counts]


@dataclass(frozen=True, kw_only=True)
class _Person:
    stop_id: int
    variety: str | None
    gender: str | None
    booked: bool = False
    reminded: bool = False
    came: bool | None = None
    walked_in: bool = False


def of_stop(session: Session, *, stop_id: int) -> StopNumbers:
    """The numbers of one stop. Raises NoResultFound where there is none."""
    stop = session.get_one(Stop, stop_id)
    return _numbers(stop, _people(session, Stop.id == stop_id))


def of_caravan(session: Session, *, caravan_id: int) -> tuple[StopNumbers, ...]:
    """The numbers of each stop of an edition, by day."""
    people: dict[int, list[_Person]] = defaultdict(list)
    for person in _people(session, Stop.caravan_id == caravan_id):
        people[person.stop_id].append(person)
    stops = session.scalars(select(Stop).where(Stop.caravan_id == caravan_id).order_by(Stop.day, Stop.id))
    return tuple(_numbers(stop, people[stop.id]) for stop in stops)


def by_commune(numbers: Iterable[StopNumbers]) -> dict[str, Counts]:
    """The numbers of several stops added up for each commune, by its HCP code."""
    added: dict[str, Counts] = {}
    for stop in numbers:
        before = added.get(stop.commune_code, Counts())
        added[stop.commune_code] = _sum(before, stop.total)
    return added


def _numbers(stop: Stop, people: list[_Person]) -> StopNumbers:
    by_variety: dict[str | None, list[_Person]] = defaultdict(list)
    by_gender: dict[str | None, list[_Person]] = defaultdict(list)
    for person in people:
        by_variety[person.variety].append(person)
        by_gender[person.gender].append(person)
    return StopNumbers(
        stop_id=stop.id,
        commune_code=stop.commune_code,
        day=stop.day,
        total=_count(people),
        by_variety={variety: _count(group) for variety, group in by_variety.items()},
        by_gender={gender: _count(group) for gender, group in by_gender.items()},
    )


def _count(people: list[_Person]) -> Counts:
    return Counts(
        asked=sum(not person.walked_in for person in people),
        booked=sum(person.booked for person in people),
        reminded=sum(person.reminded for person in people),
        came=sum(person.came is True and not person.walked_in for person in people),
        no_show=sum(person.came is False for person in people),
        walk_ins=sum(person.walked_in for person in people),
    )


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(
        asked=one.asked + other.asked,
        booked=one.booked + other.booked,
        reminded=one.reminded + other.reminded,
        came=one.came + other.came,
        no_show=one.no_show + other.no_show,
        walk_ins=one.walk_ins + other.walk_ins,
    )


def _people(session: Session, which: ColumnElement[bool]) -> list[_Person]:
    return [*_with_booking(session, which), *_in_vain(session, which), *_walked_in(session, which)]


def _with_booking(session: Session, which: ColumnElement[bool]) -> Iterator[_Person]:
    reminded = _reminded(session, which)
    rows = session.execute(
        select(
            Booking.id,
            AppointmentTime.stop_id,
            Contact.variety,
            Attendance.gender,
            Booking.status,
            Attendance.came,
        )
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .join(Stop, Stop.id == AppointmentTime.stop_id)
        .join(Contact, Contact.id == Booking.contact_id)
        .outerjoin(Attendance, Attendance.booking_id == Booking.id)
        .where(which)
    )
    for booking_id, stop_id, variety, gender, status, came in rows:
        yield _Person(
            stop_id=stop_id,
            variety=variety,
            gender=gender,
            booked=status in WITH_A_PLACE,
            reminded=booking_id in reminded,
            came=came,
        )


def _in_vain(session: Session, which: ColumnElement[bool]) -> Iterator[_Person]:
    """Who waited for a place and got none."""
    rows = session.execute(
        select(WaitingListEntry.stop_id, Contact.variety)
        .join(Stop, Stop.id == WaitingListEntry.stop_id)
        .join(Contact, Contact.id == WaitingListEntry.contact_id)
        .where(which, WaitingListEntry.booking_id.is_(None))
    )
    for stop_id, variety in rows:
        yield _Person(stop_id=stop_id, variety=variety, gender=None)


def _walked_in(session: Session, which: ColumnElement[bool]) -> Iterator[_Person]:
    rows = session.execute(
        select(Attendance.stop_id, Attendance.gender)
        .join(Stop, Stop.id == Attendance.stop_id)
        .where(which, Attendance.booking_id.is_(None))
    )
    for stop_id, gender in rows:
        yield _Person(stop_id=stop_id, variety=None, gender=gender, walked_in=True)


def _reminded(session: Session, which: ColumnElement[bool]) -> set[int]:
    """The bookings of which a reminder arrived."""
    rows = session.execute(
        select(Reminder.booking_id, Reminder.outbound_id, Reminder.chat_outbound_id)
        .join(Booking, Booking.id == Reminder.booking_id)
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .join(Stop, Stop.id == AppointmentTime.stop_id)
        .where(which, Reminder.status == "sent")
    )
    booking_of = {
        outbound_id: booking_id
        for booking_id, sms_id, chat_id in rows
        for outbound_id in (sms_id, chat_id)
        if outbound_id is not None
    }
    return {booking_of[outbound_id] for outbound_id in reached.reached(session, booking_of)}
