"""The list of people whom the staff have to call: no message is known to have reached them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot.core.errors import InvalidInput, NotFound
from bot.store.models import AppointmentTime, Booking, Call

RESULTS = ("reached", "no_answer", "wrong_number")
"""How a call ended. Nobody who did not answer is forgotten: they stay on the list."""


def need(session: Session, *, booking: Booking, reason: str, now: datetime) -> None:
    """Put the person of a booking on the list, once for each reason."""
    session.execute(
        insert(Call)
        .values(booking_id=booking.id, contact_id=booking.contact_id, reason=reason, created_at=now)
        .on_conflict_do_nothing()
    )


def settle(session: Session, *, booking_id: int, now: datetime, result: str = "answered") -> None:
    """Whoever has answered need not be called any more."""
    session.execute(
        update(Call)
        .where(Call.booking_id == booking_id, Call.done_at.is_(None))
        .values(done_at=now, result=result)
    )


def waiting(session: Session) -> Sequence[Call]:
    """Who has to be called, the nearest appointment first."""
    return session.scalars(
        select(Call)
        .join(Booking, Booking.id == Call.booking_id)
        .join(AppointmentTime, AppointmentTime.id == Booking.appointment_time_id)
        .options(
            joinedload(Call.booking).joinedload(Booking.appointment_time).joinedload(AppointmentTime.stop)
        )
        .where(Call.done_at.is_(None))
        .order_by(AppointmentTime.starts_at, Call.id)
    ).all()


def count(session: Session) -> int:
    """How many have to be called."""
    return session.scalar(select(func.count()).select_from(Call).where(Call.done_at.is_(None))) or 0


def note(session: Session, *, call_id: int, result: str, staff_id: int | None, now: datetime) -> Call:
    """What came of a call. Raises InvalidInput or NotFound. Who did not answer stays on the list."""
    if result not in RESULTS:
        raise InvalidInput(f"{result} is none of {', '.join(RESULTS)}")
    call = session.get(Call, call_id, with_for_update=True, populate_existing=True)
    if call is None:
        raise NotFound(f"call {call_id}")
    call.result, call.staff_id = result, staff_id
    if result != "no_answer":
        call.done_at = now
    session.flush()
    return call
