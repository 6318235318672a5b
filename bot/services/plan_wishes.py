"""What the staff want changed at one stop, and whether it can be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP
from bot.core.errors import Conflict, NotFound
from bot.core.reminder_rules import CASABLANCA
from bot.core.timetable import PlannedStop, appointment_times
from bot.store.models import AppointmentTime, Caravan, Stop
from bot.store.models.base import Json

TimeKey = tuple[datetime, str | None]
"""When a time begins, and the service that it is for."""
CALLED = {"postpone": "postponed", "move": "moved", "cancel": "cancelled"}
"""What a stop is called that does not stand any more."""
KINDS = ("postpone", "move", "cancel", "hours", "advisers")


class PlanRefused(Conflict):
    """The change cannot be made. ``problem`` is the key of the console's words that say why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One decision about one stop. ``plan`` is how it will stand, None where it is cancelled."""

    kind: str
    stop_id: int
    plan: PlannedStop | None

    def as_json(self) -> Json:
        """For the record."""
        written: Json = json.loads(json.dumps(asdict(self), default=str))
        return written


def plan_of(stop: Stop) -> PlannedStop:
    """How a stop stands."""
    return PlannedStop(
        commune_code=stop.commune_code,
        day=stop.day,
        opens_at=stop.opens_at,
        closes_at=stop.closes_at,
        breaks=tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in stop.breaks),
        advisers=stop.advisers,
        minutes=stop.minutes,
        latitude=stop.latitude,
        longitude=stop.longitude,
        venue_fr=stop.venue_fr,
        venue_ar=stop.venue_ar,
        services=tuple(stop.services),
        own_advisers=dict(stop.own_advisers),
        walk_in=stop.walk_in,
    )


def in_place(stop: Stop, plan: PlannedStop | None) -> bool:
    """Whether the stop itself goes on: the same commune on the same day."""
    return plan is not None and (plan.commune_code, plan.day) == (stop.commune_code, stop.day)


def still_open(plan: PlannedStop, starts_at: datetime) -> bool:
    """Whether an appointment at ``starts_at`` lies inside the hours of the plan."""
    local = starts_at.astimezone(CASABLANCA)
    opens = datetime.combine(plan.day, plan.opens_at, CASABLANCA)
    closes = datetime.combine(plan.day, plan.closes_at, CASABLANCA)
    return opens <= local and local + timedelta(minutes=plan.minutes) <= closes


def check(session: Session, wish: Wish, *, now: datetime) -> Stop:
    """The stop, locked, where the wish can be carried out. Raises NotFound or PlanRefused."""
    stop = session.get(Stop, wish.stop_id, with_for_update=True, populate_existing=True)
    if stop is None:
        raise NotFound(f"stop {wish.stop_id}")
    if stop.status not in BOOKABLE_STOP or not session.get_one(Caravan, stop.caravan_id).is_current:
        raise PlanRefused("plan_stop_gone")
    if datetime.combine(stop.day, stop.closes_at, CASABLANCA) <= now:
        raise PlanRefused("plan_stop_over")
    if wish.plan is not None:
        _check_plan(stop, wish, wish.plan, now)
    return stop


def _check_plan(stop: Stop, wish: Wish, plan: PlannedStop, now: datetime) -> None:
    if plan.day < now.astimezone(CASABLANCA).date():
        raise PlanRefused("plan_past")
    if wish.kind == "postpone" and plan.day == stop.day:
        raise PlanRefused("plan_same_day")
    if plan == plan_of(stop):
        raise PlanRefused("plan_same")
    if not appointment_times(plan):
        raise PlanRefused("plan_no_times")
    if wish.kind == "hours" and (plan.opens_at < stop.opens_at or plan.closes_at > stop.closes_at):
        raise PlanRefused("plan_longer")
    if wish.kind == "advisers" and (plan.advisers > stop.advisers or _more_of_their_own(stop, plan)):
        raise PlanRefused("plan_more_advisers")


def _more_of_their_own(stop: Stop, plan: PlannedStop) -> bool:
    return any(number > stop.own_advisers.get(service, 0) for service, number in plan.own_advisers.items())


def places_left(wish: Wish, time_: AppointmentTime, planned: Mapping[TimeKey, int]) -> int:
    """How many people a time of the stop takes once the wish is carried out; ``planned`` is by beginning and service."""
    if wish.kind in ("postpone", "cancel") or wish.plan is None:
        return 0
    if wish.kind == "hours":
        return time_.capacity if still_open(wish.plan, time_.starts_at) else 0
    if wish.kind == "advisers":
        return min(time_.capacity, planned.get((time_.starts_at, time_.service), 0))
    return time_.capacity
