"""Loading a caravan's file: its words and its calendar become the current edition.

People hold appointments in a calendar that is loaded already, so loading again adds and corrects but takes
nothing from anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP
from bot.core.errors import Conflict
from bot.core.reminder_rules import CASABLANCA
from bot.core.timetable import PlannedStop, appointment_times, planned_times
from bot.gazetteer import Gazetteer, UnknownProvince
from bot.services import bookings, stop_times
from bot.services.caravan_reading import CaravanFile, CaravanFileInvalid, province_of, read
from bot.store.models import AppointmentTime, Booking, Caravan, PlanChange, Stop

__all__ = [
    "CaravanFile",
    "CaravanFileInvalid",
    "CaravanInUse",
    "PlannedStop",
    "StopKey",
    "appointment_times",
    "load",
    "load_from",
    "load_if_empty",
    "province_of",
    "read",
]

_LOADING = 0x63617261
"""The advisory lock that lets one file be loaded at a time."""


@dataclass(frozen=True, kw_only=True, order=True)
class StopKey:
    """What makes a stop the same stop in an older and a newer file."""

    day: date
    commune_code: str


class CaravanInUse(Conflict):
    """The new file would take appointments from people.

    ``stops`` are those that it leaves out, or to which it gives other times or fewer places.
    Such changes are made in the console, where the people are told.
    """

    def __init__(self, stops: Collection[StopKey]) -> None:
        self.stops = tuple(sorted(stops))
        named = ", ".join(f"{stop.commune_code} on {stop.day.isoformat()}" for stop in self.stops)
        super().__init__(f"people have appointments at stops that the file leaves out or changes: {named}")


def load_if_empty(session: Session, path: Path, *, now: datetime) -> bool:
    """Load the file where no caravan was ever loaded; an example begins from today. Says whether it did.

    Raises CaravanFileInvalid.
    """
    _one_at_a_time(session)
    if session.scalar(select(Caravan.id).limit(1)) is not None:
        return False
    load_from(session, path, now=now)
    return True


def load_from(session: Session, path: Path, *, now: datetime) -> Caravan:
    """Read a file and make it the current edition. Raises CaravanFileInvalid or CaravanInUse; then nothing changes."""
    try:
        gazetteer = Gazetteer.load(province_of(path))
    except UnknownProvince as unknown:
        raise CaravanFileInvalid(path, (f"there is no province with the code {unknown}",)) from None
    return load(session, read(path, gazetteer, now.astimezone(CASABLANCA).date()), now=now)


def load(session: Session, file: CaravanFile, *, now: datetime) -> Caravan:
    """Make ``file`` the current edition; one with the same code is brought to what it says.

    Days that have passed stay as they were if anybody had an appointment then. Raises CaravanInUse; nothing
    has changed then.
    """
    _one_at_a_time(session)
    caravan = session.scalar(select(Caravan).where(Caravan.code == file.code).with_for_update())
    if caravan is None:
        caravan = Caravan(code=file.code)
        session.add(caravan)
        known: dict[StopKey, Stop] = {}
    else:
        known = {_key(stop): stop for stop in _locked_stops(session, caravan)}
    planned = {StopKey(day=plan.day, commune_code=plan.commune_code): plan for plan in file.stops}
    today = now.astimezone(CASABLANCA).date()
    _refuse_to_take(session, known, planned, today)
    _describe(caravan, file, now)
    session.flush()
    session.execute(update(Caravan).where(Caravan.id != caravan.id).values(is_current=False))
    _call_off_examples(session, caravan, now)
    for key, plan in planned.items():
        _put(session, caravan, known.get(key), plan, today)
    for key, stop in known.items():
        if key not in planned:
            _withdraw(session, stop, today)
    session.flush()
    session.expire(caravan, ["stops"])
    return caravan


def _call_off_examples(session: Session, current: Caravan, now: datetime) -> None:
    """Nobody is reminded of an invented stop once a real edition is loaded: its bookings ahead are cancelled."""
    ahead = session.scalars(
        select(Booking)
        .join(AppointmentTime)
        .join(Stop)
        .join(Caravan)
        .where(
            Caravan.is_example,
            Caravan.id != current.id,
            Booking.status == "active",
            AppointmentTime.starts_at >= now,
        )
    ).all()
    for booking in ahead:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)


def _one_at_a_time(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_LOADING)))


def _key(stop: Stop) -> StopKey:
    return StopKey(day=stop.day, commune_code=stop.commune_code)


def _locked_stops(session: Session, caravan: Caravan) -> Sequence[Stop]:
    """The stops, and their times locked: nobody can take a place until the file is loaded or refused."""
    session.scalars(
        select(AppointmentTime)
        .where(AppointmentTime.stop_id.in_(_stop_ids(caravan)))
        .order_by(AppointmentTime.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return session.scalars(
        select(Stop).where(Stop.caravan_id == caravan.id).execution_options(populate_existing=True)
    ).all()


def _stop_ids(caravan: Caravan) -> Select[int]:
    return select(Stop.id).where(Stop.caravan_id == caravan.id)


def _refuse_to_take(
    session: Session, known: dict[StopKey, Stop], planned: dict[StopKey, PlannedStop], today: date
) -> None:
    held = [
        stop
        for key, stop in known.items()
        if key.day >= today
        and stop_times.booked(session, stop, active=True)
        and _takes_from(planned.get(key), stop)
    ]
    if held:
        raise CaravanInUse([_key(stop) for stop in held])


def _takes_from(plan: PlannedStop | None, stop: Stop) -> bool:
    """Whether somebody at ``stop`` would come to a closed door, or with more people than can be received."""
    if plan is None or (plan.opens_at, plan.closes_at) != (stop.opens_at, stop.closes_at):
        return True
    planned = {(time.starts_at, time.service): time.capacity for time in planned_times(plan)}
    by_hand = {stop_times.at(time) for time in stop.appointment_times if time.adjusted}
    offered = {stop_times.at(time) for time in stop.appointment_times if time.capacity > 0}
    wanted = {at for at, capacity in planned.items() if capacity > 0}
    return offered - by_hand != wanted - by_hand or any(
        time.taken + time.held > planned.get(stop_times.at(time), 0) for time in stop.appointment_times
    )


def _describe(caravan: Caravan, file: CaravanFile, now: datetime) -> None:
    caravan.province_code = file.province_code
    caravan.is_example = file.is_example
    caravan.is_current = True
    caravan.loaded_at = now
    caravan.facts = {
        "name": dict(file.name),
        "slogan": dict(file.slogan),
        "answers": {intent: dict(words) for intent, words in file.answers.items()},
        "unknown_answers": list(file.unknown_answers),
    }


def _put(session: Session, caravan: Caravan, stop: Stop | None, plan: PlannedStop, today: date) -> None:
    """Create a stop or bring it to the plan; a day that has passed keeps its hours and times."""
    if stop is None:
        stop = Stop(caravan_id=caravan.id, commune_code=plan.commune_code, day=plan.day)
        stop_times.copy(plan, stop)
        session.add(stop)
        session.flush()
        stop_times.put(session, stop, plan)
        return
    if stop.day < today:
        return
    before = _shown(stop)
    if _was_withdrawn(stop):
        stop.status = "confirmed"
    stop_times.copy(plan, stop)
    stop_times.put(session, stop, plan)
    if _shown(stop) != before:
        stop.version += 1


def _is_remembered(session: Session, stop: Stop) -> bool:
    """Whether bookings or changes of plan refer to the stop."""
    changes = select(PlanChange.id).where(
        or_(PlanChange.stop_id == stop.id, PlanChange.target_stop_id == stop.id)
    )
    return bool(stop_times.booked(session, stop)) or session.scalar(changes.limit(1)) is not None


def _withdraw(session: Session, stop: Stop, today: date) -> None:
    """Take out a stop that the file leaves out. What somebody once booked is kept, to be looked up."""
    if not _is_remembered(session, stop):
        stop_times.close(session, stop)
        session.delete(stop)
    elif stop.day >= today and stop.status in BOOKABLE_STOP:
        stop_times.close(session, stop)
        stop.status = "cancelled"
        stop.version += 1


def _was_withdrawn(stop: Stop) -> bool:
    """Whether a file took the stop out. If the staff did, its times keep their places."""
    return stop.status == "cancelled" and all(time.capacity == 0 for time in stop.appointment_times)


def _shown(stop: Stop) -> tuple[object, ...]:
    times = sorted((time.starts_at, time.service or "", time.capacity) for time in stop.appointment_times)
    hours, place = (stop.opens_at, stop.closes_at), (stop.latitude, stop.longitude)
    return stop.status, hours, place, stop.venue_fr, stop.venue_ar, sorted(stop.services), times
