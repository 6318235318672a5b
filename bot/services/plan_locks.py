"""Holding a stop still while its plan changes, without ever waiting in a circle with people who book.

Everybody locks bookings before times, each by id. A booking that is made while we wait for the times is noticed
afterwards; then all is let go and locked anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core.booking_rules import TAKING
from bot.core.errors import Conflict
from bot.store.models import AppointmentTime, Booking

CALENDAR = 0x63617261
"""The advisory lock under which the calendar's stops are changed, one change at a time."""
TRIES = 20


class TooBusy(Conflict):
    """People book at this stop faster than it can be held still."""

    retryable = True


@dataclass(frozen=True, kw_only=True)
class Held:
    """The bookings of a stop that take a place, and all times that matter by id, locked until the transaction ends."""

    bookings: list[Booking]
    times: dict[int, AppointmentTime]


def one_at_a_time(session: Session) -> None:
    """Wait until nobody else changes stops."""
    session.execute(select(func.pg_advisory_xact_lock(CALENDAR)))


def hold(session: Session, *, stop_id: int, others: Collection[int] = (), also: Collection[int] = ()) -> Held:
    """Lock the bookings of a stop (and those with the ids ``also``), its times and those of ``others``. Raises TooBusy."""
    session.flush()
    for _ in range(TRIES):
        attempt = session.begin_nested()
        held = Held(
            bookings=_lock_bookings(session, stop_id, also), times=_lock_times(session, {stop_id, *others})
        )
        if _taking(session, stop_id) <= {booking.id for booking in held.bookings}:
            attempt.commit()
            return held
        attempt.rollback()
    raise TooBusy(f"stop {stop_id}")


def _lock_bookings(session: Session, stop_id: int, also: Collection[int]) -> list[Booking]:
    here = Booking.appointment_time_id.in_(
        select(AppointmentTime.id).where(AppointmentTime.stop_id == stop_id)
    )
    query = (
        select(Booking)
        .where((here & Booking.status.in_(TAKING)) | Booking.id.in_(list(also)))
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _lock_times(session: Session, stop_ids: Collection[int]) -> dict[int, AppointmentTime]:
    query = (
        select(AppointmentTime)
        .where(AppointmentTime.stop_id.in_(list(stop_ids)))
        .order_by(AppointmentTime.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {slot.id: slot for slot in session.scalars(query)}


def _taking(session: Session, stop_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Booking.id)
            .join(AppointmentTime)
            .where(AppointmentTime.stop_id == stop_id, Booking.status.in_(TAKING))
        )
    )
