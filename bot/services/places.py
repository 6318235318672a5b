"""Places at appointment times: taken by a booking, or held for somebody for a while. The database counts them.

Whoever locks several things locks stops first, then bookings, then times, each by id; two who swap their times would
otherwise wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP, MIN_NOTICE
from bot.core.errors import Conflict
from bot.store.models import AppointmentTime, Hold, Stop

CONFIRMING = timedelta(minutes=10)
"""So long a place is kept for somebody who reads the summary."""


class TimeTaken(Conflict):
    """The last place at this time is gone, or the time cannot be booked any more."""


def is_free(now: datetime) -> ColumnElement[bool]:
    """Whether a time of a stop that stands can be taken by somebody for whom nothing is held."""
    return (
        (AppointmentTime.taken + AppointmentTime.held < AppointmentTime.capacity)
        & AppointmentTime.closed.is_(False)
        & (AppointmentTime.starts_at >= now + MIN_NOTICE)
    )


def serves(service: str | None) -> ColumnElement[bool]:
    """Whether a time is for this service, or for any."""
    return AppointmentTime.service.is_(None) | (AppointmentTime.service == service)


def take_place(
    session: Session,
    appointment_time_id: int,
    *,
    service: str | None,
    now: datetime,
    contact_id: int | None = None,
    hold: Hold | None = None,
) -> None:
    """Count one place as taken, at a time that can be booked for ``service``: that of ``hold`` (locked by the caller),
    or the one that is kept while the contact reads the summary, where there is one. Raises TimeTaken.

    What is asked of the row itself is asked again by the database once a change that was under way is committed.
    """
    if hold is None and contact_id is not None:
        hold = _kept(session, appointment_time_id, contact_id, now)
    if hold is not None:
        # Nobody comes in between: the row of the time stays locked.
        free_held(session, hold, status="used")
    _count(session, appointment_time_id, service=service, now=now, taken=1)


def _kept(session: Session, appointment_time_id: int, contact_id: int, now: datetime) -> Hold | None:
    return session.scalar(
        select(Hold)
        .where(
            Hold.appointment_time_id == appointment_time_id,
            Hold.contact_id == contact_id,
            Hold.status == "held",
            Hold.purpose == "confirm",
            Hold.expires_at > now,
        )
        # Who lapses holds locks them before times: it is not waited for here, where times are locked already.
        .with_for_update(skip_locked=True)
    )


def hold_place(
    session: Session,
    appointment_time_id: int,
    *,
    contact_id: int,
    service: str | None,
    purpose: str,
    expires_at: datetime | None,
    now: datetime,
) -> Hold:
    """Keep one place for the contact until ``expires_at`` (None: until it is known). Raises TimeTaken."""
    _count(session, appointment_time_id, service=service, now=now, held=1)
    hold = Hold(
        appointment_time_id=appointment_time_id,
        contact_id=contact_id,
        purpose=purpose,
        expires_at=expires_at,
        created_at=now,
    )
    session.add(hold)
    session.flush()
    return hold


def confirming(
    session: Session, appointment_time_id: int, *, contact_id: int, service: str | None, now: datetime
) -> None:
    """Keep the place for ten minutes while the person reads the summary; one they looked at before is free again.

    Raises TimeTaken.
    """
    before = _confirming(session, contact_id)
    if before is not None:
        if before.appointment_time_id == appointment_time_id:
            before.expires_at = now + CONFIRMING
            return
        free_held(session, before)
    hold_place(
        session,
        appointment_time_id,
        contact_id=contact_id,
        service=service,
        purpose="confirm",
        expires_at=now + CONFIRMING,
        now=now,
    )


def let_go(session: Session, *, contact_id: int) -> None:
    """The person does not take what they looked at."""
    before = _confirming(session, contact_id)
    if before is not None:
        free_held(session, before)


def held_for(session: Session, *, contact_id: int, now: datetime) -> set[int]:
    """The appointment times at which a place is held for the contact."""
    return set(
        session.scalars(
            select(Hold.appointment_time_id).where(
                Hold.contact_id == contact_id,
                Hold.status == "held",
                Hold.purpose == "confirm",
                Hold.expires_at > now,
            )
        )
    )


def free_held(session: Session, hold: Hold, *, status: str = "freed") -> None:
    """What was held is not any more. ``hold`` is locked by the caller."""
    hold.status = status
    session.execute(
        update(AppointmentTime)
        .where(AppointmentTime.id == hold.appointment_time_id)
        .values(held=AppointmentTime.held - 1)
    )
    session.flush()


def lapse_confirming(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Free what was held for people who did not say yes in time; how many. Safe in several workers at once."""
    lapsed = session.scalars(
        select(Hold)
        .where(Hold.status == "held", Hold.purpose == "confirm", Hold.expires_at <= now)
        .order_by(Hold.appointment_time_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for hold in lapsed:
        free_held(session, hold)
    return len(lapsed)


def free_taken(session: Session, appointment_time_id: int) -> None:
    """One place is not taken any more."""
    session.execute(
        update(AppointmentTime)
        .where(AppointmentTime.id == appointment_time_id)
        .values(taken=AppointmentTime.taken - 1)
    )


def lock_times(session: Session, appointment_time_ids: Iterable[int]) -> None:
    """Lock times in the one order in which everybody does."""
    session.execute(
        select(AppointmentTime.id)
        .where(AppointmentTime.id.in_(list(appointment_time_ids)))
        .order_by(AppointmentTime.id)
        .with_for_update()
    )


def _count(
    session: Session,
    appointment_time_id: int,
    *,
    service: str | None,
    now: datetime,
    taken: int = 0,
    held: int = 0,
) -> None:
    counted = session.scalar(
        update(AppointmentTime)
        .where(
            AppointmentTime.id == appointment_time_id,
            is_free(now),
            serves(service),
            AppointmentTime.stop_id.in_(select(Stop.id).where(Stop.status.in_(BOOKABLE_STOP))),
        )
        .values(taken=AppointmentTime.taken + taken, held=AppointmentTime.held + held)
        .returning(AppointmentTime.id)
    )
    if counted is None:
        raise TimeTaken(f"appointment time {appointment_time_id} has no place left")


def _confirming(session: Session, contact_id: int) -> Hold | None:
    return session.scalar(
        select(Hold)
        .where(Hold.contact_id == contact_id, Hold.status == "held", Hold.purpose == "confirm")
        .with_for_update()
    )
