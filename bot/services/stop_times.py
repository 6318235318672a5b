"""The appointment times of a stop, brought to what a plan says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.core.timetable import PlannedStop, planned_times
from bot.store.models import Announcement, AppointmentTime, Booking, Hold, Stop


def copy(plan: PlannedStop, stop: Stop) -> None:
    """Write what the plan says of a stop, but for its times."""
    stop.opens_at, stop.closes_at = plan.opens_at, plan.closes_at
    stop.latitude, stop.longitude = plan.latitude, plan.longitude
    stop.venue_fr, stop.venue_ar = plan.venue_fr, plan.venue_ar
    stop.services, stop.minutes, stop.walk_in = list(plan.services), plan.minutes, plan.walk_in
    stop.advisers, stop.own_advisers = plan.advisers, dict(plan.own_advisers)
    stop.breaks = [[f"{begin:%H:%M}", f"{end:%H:%M}"] for begin, end in plan.breaks]


def put(session: Session, stop: Stop, plan: PlannedStop) -> None:
    """Bring the times to the plan; the places that the staff set by hand stay."""
    wanted = {(time.starts_at, time.service): time.capacity for time in planned_times(plan)}
    close(session, stop, keep=wanted)
    known = {at(time): time for time in stop.appointment_times}
    for (starts_at, service), capacity in wanted.items():
        time = known.get((starts_at, service))
        if time is None:
            time = AppointmentTime(starts_at=starts_at, service=service, capacity=capacity)
            stop.appointment_times.append(time)
        elif not time.adjusted:
            time.capacity = max(capacity, time.taken + time.held)
    session.flush()


def close(session: Session, stop: Stop, *, keep: Collection[tuple[datetime, str | None]] = ()) -> None:
    """Remove all other times; one that something refers to stays, with room for nobody."""
    referred_to = booked(session, stop) | _announced(session, stop) | _held(session, stop)
    for time in list(stop.appointment_times):
        if at(time) in keep:
            continue
        if time.id in referred_to:
            time.capacity = time.taken + time.held
        else:
            stop.appointment_times.remove(time)
            session.delete(time)
    session.flush()


def _announced(session: Session, stop: Stop) -> set[int]:
    """The appointment times of a stop from which or to which a change of plan took somebody."""
    times = select(AppointmentTime.id).where(AppointmentTime.stop_id == stop.id)
    told = select(Announcement.from_time_id, Announcement.to_time_id).where(
        or_(Announcement.from_time_id.in_(times), Announcement.to_time_id.in_(times))
    )
    return {time_id for row in session.execute(told) for time_id in row if time_id is not None}


def _held(session: Session, stop: Stop) -> set[int]:
    """The appointment times of a stop at which a place is or was held for somebody."""
    return set(
        session.scalars(
            select(Hold.appointment_time_id).join(AppointmentTime).where(AppointmentTime.stop_id == stop.id)
        )
    )


def at(time: AppointmentTime) -> tuple[datetime, str | None]:
    """What makes a time the same time in an older and a newer plan."""
    return time.starts_at, time.service


def booked(session: Session, stop: Stop, *, active: bool = False) -> set[int]:
    """The appointment times of a stop that bookings refer to, cancelled ones included unless ``active``."""
    found = (
        select(Booking.appointment_time_id)
        .join(AppointmentTime)
        .where(AppointmentTime.stop_id == stop.id)
        .distinct()
    )
    return set(session.scalars(found.where(Booking.status == "active") if active else found))
