"""The stop that stands instead of one that is postponed or moved, and what is needed to go back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import CALLED_OFF
from bot.core.timetable import PlannedStop, planned_times
from bot.services import stop_times
from bot.services.plan_wishes import Wish, in_place
from bot.store.models import AppointmentTime, Stop
from bot.store.models.base import Json

_PLAIN = (
    "status",
    "moved_to_id",
    "latitude",
    "longitude",
    "venue_fr",
    "venue_ar",
    "services",
    "advisers",
    "own_advisers",
    "minutes",
    "breaks",
    "walk_in",
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stop that stands instead. ``made``: it did not stand before; ``status`` is what it was then, None if nothing."""

    stop: Stop
    made: bool
    status: str | None


def find(session: Session, stop: Stop, wish: Wish) -> Target | None:
    """The stop to which the wish takes everybody, made where it does not stand yet; None where there is none."""
    plan = wish.plan
    if plan is None or in_place(stop, plan):
        return None
    known = session.scalar(
        select(Stop)
        .where(
            Stop.caravan_id == stop.caravan_id,
            Stop.commune_code == plan.commune_code,
            Stop.day == plan.day,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if known is not None and known.status not in CALLED_OFF:
        return Target(stop=known, made=False, status=known.status)
    before = known.status if known else None
    made = known or Stop(caravan_id=stop.caravan_id, commune_code=plan.commune_code, day=plan.day, version=0)
    stop_times.copy(plan, made)
    made.status, made.moved_to_id = "confirmed", None
    made.version += 1
    session.add(made)
    session.flush()
    return Target(stop=made, made=True, status=before)


def open_times(session: Session, stop: Stop, plan: PlannedStop) -> Sequence[AppointmentTime]:
    """The times of a stop that did not stand before, as planned and open; older ones are closed."""
    stop_times.put(session, stop, plan)
    wanted = {(planned.starts_at, planned.service) for planned in planned_times(plan)}
    for each in stop.appointment_times:
        each.closed = stop_times.at(each) not in wanted
    session.flush()
    return list(stop.appointment_times)


def remember(stop: Stop, times: Sequence[AppointmentTime], target: Target | None) -> Json:
    """What a stop and its times were before a change."""
    hours = {"opens_at": stop.opens_at.isoformat(), "closes_at": stop.closes_at.isoformat()}
    return {
        "stop": {name: getattr(stop, name) for name in _PLAIN} | hours,
        "version": stop.version,
        "times": {str(each.id): [each.capacity, each.closed] for each in times},
        "target": {"made": target.made, "status": target.status, "version": target.stop.version}
        if target
        else None,
    }


def restore(stop: Stop, times: Sequence[AppointmentTime], before: Json) -> None:
    """Make a stop and its times what they were; the version grows all the same."""
    for name in _PLAIN:
        setattr(stop, name, before["stop"][name])
    stop.opens_at = time.fromisoformat(before["stop"]["opens_at"])
    stop.closes_at = time.fromisoformat(before["stop"]["closes_at"])
    stop.version += 1
    for each in times:
        if str(each.id) in before["times"]:
            each.capacity, each.closed = before["times"][str(each.id)]


def withdraw(stop: Stop, times: Sequence[AppointmentTime], status: str | None) -> None:
    """Take back a stop that a change made: it stands no more than before."""
    stop.status = status or "cancelled"
    stop.version += 1
    for each in times:
        each.closed = True
