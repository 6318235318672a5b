"""Taking a change of plan back, as long as nobody was told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import STANDING, TAKING
from bot.core.errors import NotFound
from bot.services import plan_targets, reminders
from bot.services.plan_changes import announcements_of
from bot.services.plan_locks import Held, hold, one_at_a_time
from bot.services.plan_wishes import PlanRefused
from bot.store.models import Announcement, AppointmentTime, Booking, PlanChange, Stop


def undo(session: Session, *, change_id: int, now: datetime) -> PlanChange:
    """Everybody back to where they were, but for those who have gone elsewhere themselves meanwhile.

    Undoing twice is undoing once. Raises NotFound, and PlanRefused where somebody was told already, where the stop
    was changed again since, or where other people have taken places on the new day.
    """
    one_at_a_time(session)
    change = session.get(PlanChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise NotFound(f"change of plan {change_id}")
    if change.status == "undone":
        return change
    if change.status != "held":
        raise PlanRefused("plan_told_already")
    told = announcements_of(session, change.id)
    stop, target = _unchanged(session, change)
    held = _hold(session, change, told)
    if target is not None and change.before["target"]["made"]:
        _refuse_if_others_came(session, target, told)
    back = _take_back(told, held, now)
    own = [each for each in held.times.values() if each.stop_id == stop.id]
    plan_targets.restore(stop, own, change.before)
    if target is not None and change.before["target"]["made"]:
        there = [each for each in held.times.values() if each.stop_id == target.id]
        plan_targets.withdraw(target, there, change.before["target"]["status"])
    change.status, change.undone_at = "undone", now
    session.flush()
    for booking in back:
        session.expire(booking, ["appointment_time"])
    reminders.plan_all(session, bookings=back, now=now)
    return change


def _unchanged(session: Session, change: PlanChange) -> tuple[Stop, Stop | None]:
    """The stop and the one that stands instead, locked, if they are as the change left them."""
    stop = session.get_one(Stop, change.stop_id, with_for_update=True, populate_existing=True)
    if stop.version != change.before["version"] + 1:
        raise PlanRefused("plan_changed_since")
    if change.target_stop_id is None:
        return stop, None
    target = session.get_one(Stop, change.target_stop_id, with_for_update=True, populate_existing=True)
    if change.before["target"]["made"] and target.version != change.before["target"]["version"]:
        raise PlanRefused("plan_changed_since")
    return stop, target


def _hold(session: Session, change: PlanChange, told: list[Announcement]) -> Held:
    reached = [each.to_time_id for each in told if each.to_time_id is not None]
    elsewhere = select(AppointmentTime.stop_id).where(AppointmentTime.id.in_(reached)).distinct()
    others = set(session.scalars(elsewhere))
    if change.target_stop_id is not None:
        others.add(change.target_stop_id)
    return hold(session, stop_id=change.stop_id, others=others, also=[each.booking_id for each in told])


def _refuse_if_others_came(session: Session, target: Stop, told: list[Announcement]) -> None:
    others = (
        select(Booking.id)
        .join(AppointmentTime)
        .where(
            AppointmentTime.stop_id == target.id,
            Booking.status.in_(TAKING),
            Booking.id.not_in([each.booking_id for each in told]),
        )
    )
    if session.scalar(others.limit(1)) is not None:
        raise PlanRefused("plan_others_came")


def _take_back(told: list[Announcement], held: Held, now: datetime) -> list[Booking]:
    """The bookings that go back. Who moved or gave up since stays where they are."""
    known = {booking.id: booking for booking in held.bookings}
    back = []
    for each in told:
        each.status, each.reason = "void", "undone"
        booking = known.get(each.booking_id)
        if booking is None or booking.status not in STANDING or booking.version != each.booking_version:
            continue
        if booking.status in TAKING:
            held.times[booking.appointment_time_id].taken -= 1
        held.times[each.from_time_id].taken += 1
        booking.appointment_time_id = each.from_time_id
        booking.status = "active"
        booking.version += 1
        booking.changed_at = now
        back.append(booking)
    return back
