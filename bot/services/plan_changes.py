"""Changing the plan of a stop: everybody's place, in one transaction.

Locks are taken in the order that all writers keep: stops, then bookings, then times, each by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import plan_rules
from bot.core.booking_rules import TAKING
from bot.core.messages import Location
from bot.core.plan_rules import Placement, Room, Uprooted
from bot.core.timetable import planned_times
from bot.services import plan_targets, reminders, stop_times, stops
from bot.services.plan_locks import Held, hold, one_at_a_time
from bot.services.plan_targets import Target
from bot.services.plan_wishes import CALLED, Wish, check, in_place, places_left, still_open
from bot.store.models import Announcement, AppointmentTime, Booking, PlanChange, Stop

ROOM_FACTOR = 3
"""So many free places for each person are looked at, at the nearest stops: not the whole calendar is locked."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A change that was carried out, and what each person is to be told."""

    change: PlanChange
    announcements: list[Announcement]


@dataclass(frozen=True, kw_only=True)
class _Work:
    """One wish while it is carried out; ``ranks`` are the stops to which people may go."""

    stop: Stop
    wish: Wish
    target: Target | None
    held: Held
    ranks: dict[int, int]
    now: datetime


def confirm(
    session: Session, *, wish: Wish, key: str, staff_id: int | None, now: datetime, grace: timedelta
) -> Carried:
    """Carry the wish out. ``key`` is the form's: the same decision sent twice is carried out once.

    Nobody is told before ``grace`` has passed. Raises NotFound, PlanRefused or TooBusy; then nothing has changed.
    """
    one_at_a_time(session)
    known = session.scalar(select(PlanChange).where(PlanChange.key == key))
    if known is not None:
        return Carried(change=known, announcements=announcements_of(session, known.id))
    stop = check(session, wish, now=now)
    target = plan_targets.find(session, stop, wish)
    ranks = _ranks(session, stop, target, now)
    held = hold(session, stop_id=stop.id, others=ranks)
    work = _Work(stop=stop, wish=wish, target=target, held=held, ranks=ranks, now=now)
    change = PlanChange(
        key=key,
        kind=wish.kind,
        stop_id=stop.id,
        target_stop_id=target.stop.id if target else None,
        staff_id=staff_id,
        wish=wish.as_json(),
        before=plan_targets.remember(stop, _own(work), target),
        confirmed_at=now,
        release_at=now + grace,
    )
    session.add(change)
    session.flush()
    told = _carry_out(session, change, work)
    # At night the first message waits for the morning, and so may whoever thinks better of it.
    change.release_at = min((each.due_at for each in told), default=change.release_at)
    session.flush()
    return Carried(change=change, announcements=told)


def announcements_of(session: Session, change_id: int) -> list[Announcement]:
    """What the people whom a change concerns are told, in the order of their bookings."""
    found = select(Announcement).where(Announcement.change_id == change_id).order_by(Announcement.booking_id)
    return list(session.scalars(found))


def _carry_out(session: Session, change: PlanChange, work: _Work) -> list[Announcement]:
    times = dict(work.held.times)
    leaving = _leaving(work)
    for booking in leaving:
        times[booking.appointment_time_id].taken -= 1
    _close(work)
    session.flush()
    if work.target is not None and work.target.made and work.wish.plan is not None:
        opened = plan_targets.open_times(session, work.target.stop, work.wish.plan)
        times |= {each.id: each for each in opened}
    return _settle(session, change, leaving, _placed(work, leaving, times), times, work.now)


def _leaving(work: _Work) -> list[Booking]:
    """The bookings ahead that cannot stay as they are, earliest first. Who booked first stays first."""
    times, plan = work.held.times, work.wish.plan
    ahead = [one for one in work.held.bookings if times[one.appointment_time_id].starts_at >= work.now]
    if plan is not None and in_place(work.stop, plan) and work.wish.kind != "move":
        planned = {(each.starts_at, each.service): each.capacity for each in planned_times(plan)}
        left = {each.id: places_left(work.wish, each, planned) for each in _own(work)}
        for booking in sorted(ahead, key=lambda one: (one.created_at, one.id)):
            left[booking.appointment_time_id] -= 1
            if left[booking.appointment_time_id] >= 0:
                ahead.remove(booking)
    return sorted(ahead, key=lambda one: (times[one.appointment_time_id].starts_at, one.id))


def _own(work: _Work) -> list[AppointmentTime]:
    """The times of the stop itself."""
    return [each for each in work.held.times.values() if each.stop_id == work.stop.id]


def _close(work: _Work) -> None:
    """Close what the wish closes; nobody who has to leave is counted any more."""
    stop, plan = work.stop, work.wish.plan
    stop.version += 1
    if plan is None or not in_place(stop, plan):
        stop.status = CALLED[work.wish.kind]
        stop.moved_to_id = work.target.stop.id if work.target else None
        for each in _own(work):
            each.closed = True
        return
    planned = {(each.starts_at, each.service): each.capacity for each in planned_times(plan)}
    for each in _own(work):
        if each.starts_at < work.now:
            continue
        if work.wish.kind == "hours" and not still_open(plan, each.starts_at):
            each.closed = True
        elif work.wish.kind == "advisers":
            left = places_left(work.wish, each, planned)
            # What is held for somebody who is reading the summary is not given to them any more.
            each.closed = each.closed or each.taken + each.held > left
            each.capacity = max(left, each.taken + each.held)
    stop_times.copy(plan, stop)


def _placed(work: _Work, leaving: Sequence[Booking], times: dict[int, AppointmentTime]) -> list[Placement]:
    if work.wish.kind == "move" and in_place(work.stop, work.wish.plan):
        return [
            Placement(booking_id=one.id, time_id=one.appointment_time_id, outcome="venue") for one in leaving
        ]
    uprooted = [
        Uprooted(booking_id=one.id, starts_at=times[one.appointment_time_id].starts_at, service=one.service)
        for one in leaving
    ]
    soonest = work.now + plan_rules.SHORTEST_NOTICE
    rooms = [
        Room(
            time_id=each.id,
            rank=work.ranks[each.stop_id],
            starts_at=each.starts_at,
            service=each.service,
            free=each.capacity - each.taken - each.held,
        )
        for each in times.values()
        if each.stop_id in work.ranks and not each.closed and each.starts_at >= soonest
    ]
    return plan_rules.place(uprooted, rooms)


def _settle(
    session: Session,
    change: PlanChange,
    leaving: Sequence[Booking],
    placed: Sequence[Placement],
    times: dict[int, AppointmentTime],
    now: datetime,
) -> list[Announcement]:
    """Write where everybody goes. Reminders of the old time are void by the booking's version."""
    told = []
    for booking, placement in zip(leaving, placed, strict=True):
        before = times[booking.appointment_time_id]
        booking.version += 1
        booking.changed_at = now
        if placement.time_id is None:
            booking.status = "displaced"
        else:
            booking.appointment_time_id = placement.time_id
            times[placement.time_id].taken += 1
        told.append(_announcement(change, booking, placement, before))
    session.add_all(told)
    session.flush()
    for booking in leaving:
        session.expire(booking, ["appointment_time"])
    reminders.void_all(session, booking_ids=[one.id for one in leaving])
    reminders.plan_all(session, bookings=[one for one in leaving if one.status == "active"], now=now)
    return told


def _announcement(
    change: PlanChange, booking: Booking, placement: Placement, before: AppointmentTime
) -> Announcement:
    return Announcement(
        change_id=change.id,
        booking_id=booking.id,
        contact_id=booking.contact_id,
        booking_version=booking.version,
        outcome=placement.outcome,
        from_time_id=before.id,
        to_time_id=placement.time_id,
        due_at=plan_rules.told_at(release=change.release_at, starts_at=before.starts_at),
    )


def _ranks(session: Session, stop: Stop, target: Target | None, now: datetime) -> dict[int, int]:
    """The stops to which people may go, with their ranks: the one that stands instead, then the nearest."""
    affected = session.scalar(
        select(func.count())
        .select_from(Booking)
        .join(AppointmentTime)
        .where(AppointmentTime.stop_id == stop.id, Booking.status.in_(TAKING))
    )
    place = Location(latitude=stop.latitude, longitude=stop.longitude)
    ahead = [
        view for view in stops.upcoming(session, now=now, near=place) if view.free and view.id != stop.id
    ]
    home = target.stop.id if target else stop.id
    ranks = plan_rules.ranked(((view.id, view.distance or 0.0, view.day) for view in ahead), home=home)
    free = {view.id: view.free for view in ahead}
    kept: dict[int, int] = {}
    found = 0
    for stop_id, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if rank == plan_rules.HOME or found < ROOM_FACTOR * (affected or 0):
            kept[stop_id] = rank
            found += free.get(stop_id, 0)
    return kept
