"""New stops, and changes of stops that leave nobody before a closed door. Others are changes of plan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP, CALLED_OFF
from bot.core.errors import Conflict, NotFound
from bot.core.reminder_rules import CASABLANCA
from bot.core.timetable import PlannedStop, appointment_times, planned_times
from bot.services import stop_times
from bot.services.plan_locks import one_at_a_time
from bot.services.plan_wishes import plan_of
from bot.store.models import AppointmentTime, Caravan, Stop

SETTABLE = ("planned", "confirmed", "running", "done")
"""Statuses that the staff set by hand; the others come with a change of plan."""


class StopRefused(Conflict):
    """The stop cannot be written so. ``problem`` is the key of the console's words that say why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def create(session: Session, *, caravan: Caravan, plan: PlannedStop, status: str, now: datetime) -> Stop:
    """A new stop with its times. Raises StopRefused where the commune has one on that day, or it makes no sense."""
    one_at_a_time(session)
    _check(plan, status, now)
    stop = _at(session, caravan.id, plan)
    if stop is not None and stop.status not in CALLED_OFF:
        raise StopRefused("stop_twice")
    if stop is None:
        stop = Stop(caravan_id=caravan.id, commune_code=plan.commune_code, day=plan.day, version=0)
    stop_times.copy(plan, stop)
    stop.status, stop.moved_to_id = status, None
    stop.version += 1
    session.add(stop)
    session.flush()
    stop_times.put(session, stop, plan)
    _open(stop, plan)
    session.flush()
    return stop


def edit(session: Session, *, stop_id: int, plan: PlannedStop, status: str, now: datetime) -> Stop:
    """Write a stop anew. Raises StopRefused("stop_needs_plan") where that would touch people who have places there."""
    one_at_a_time(session)
    stop = session.get(Stop, stop_id, with_for_update=True, populate_existing=True)
    if stop is None:
        raise NotFound(f"stop {stop_id}")
    if stop.status not in SETTABLE:
        raise StopRefused("plan_stop_gone")
    if plan == plan_of(stop):
        if status != stop.status:
            stop.status = status
            stop.version += 1
        return stop
    _check(plan, status, now)
    _lock_times(session, stop)
    if harms(stop, plan):
        raise StopRefused("stop_needs_plan")
    other = _at(session, stop.caravan_id, plan)
    if other is not None and other.id != stop.id:
        raise StopRefused("stop_twice")
    stop.commune_code, stop.day = plan.commune_code, plan.day
    stop_times.copy(plan, stop)
    stop.status = status
    stop.version += 1
    stop_times.put(session, stop, plan)
    session.flush()
    return stop


def harms(stop: Stop, plan: PlannedStop) -> bool:
    """Whether somebody who has a place would come in vain, or to another place than they were told."""
    taken = {
        stop_times.at(each): each.taken + each.held
        for each in stop.appointment_times
        if each.taken + each.held
    }
    if not taken:
        return False
    if (plan.commune_code, plan.day) != (stop.commune_code, stop.day):
        return True
    if (plan.venue_fr, plan.venue_ar) != (stop.venue_fr, stop.venue_ar):
        return True
    planned = {(each.starts_at, each.service): each.capacity for each in planned_times(plan)}
    by_hand = {stop_times.at(each): each.capacity for each in stop.appointment_times if each.adjusted}
    places = {at: by_hand.get(at, capacity) for at, capacity in planned.items()}
    return any(number > places.get(at, 0) for at, number in taken.items())


def adjust(
    session: Session, *, stop_id: int, time_id: int, capacity: int, closed: bool, now: datetime
) -> AppointmentTime:
    """Set one time's places by hand, or close it to more people. Raises NotFound or StopRefused.

    Those who have a place there keep it: fewer places than they are is a change of plan.
    """
    one_at_a_time(session)
    stop = session.get(Stop, stop_id, with_for_update=True, populate_existing=True)
    time = session.get(AppointmentTime, time_id, with_for_update=True, populate_existing=True)
    if stop is None or time is None or time.stop_id != stop.id:
        raise NotFound(f"time {time_id} of stop {stop_id}")
    if stop.status not in BOOKABLE_STOP or time.starts_at < now:
        raise StopRefused("plan_stop_gone")
    if not time.taken + time.held <= capacity <= 100:
        raise StopRefused("time_in_use")
    if (time.capacity, time.closed) != (capacity, closed):
        time.adjusted = time.adjusted or time.capacity != capacity
        time.capacity, time.closed = capacity, closed
        stop.version += 1
    session.flush()
    return time


def _check(plan: PlannedStop, status: str, now: datetime) -> None:
    if status not in SETTABLE:
        raise StopRefused("stop_status_wrong")
    if plan.day < now.astimezone(CASABLANCA).date():
        raise StopRefused("plan_past")
    if not appointment_times(plan) or not planned_times(plan):
        raise StopRefused("plan_no_times")


def _at(session: Session, caravan_id: int, plan: PlannedStop) -> Stop | None:
    return session.scalar(
        select(Stop).where(
            Stop.caravan_id == caravan_id, Stop.commune_code == plan.commune_code, Stop.day == plan.day
        )
    )


def _lock_times(session: Session, stop: Stop) -> None:
    session.scalars(
        select(AppointmentTime)
        .where(AppointmentTime.stop_id == stop.id)
        .order_by(AppointmentTime.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _open(stop: Stop, plan: PlannedStop) -> None:
    wanted = {(planned.starts_at, planned.service) for planned in planned_times(plan)}
    for each in stop.appointment_times:
        each.closed = stop_times.at(each) not in wanted
