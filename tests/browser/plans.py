"""A change of plan among the made-up people, so that its page and the list of calls have somebody to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.services import calls, plan_changes
from bot.services.plan_wishes import Wish, plan_of
from bot.store.models import AppointmentTime, Booking, Stop


def shorten_a_day(session: Session, *, now: datetime) -> None:
    """The stop with the most people opens at eleven, and two of those who had to move are to be called."""
    busiest = session.scalars(
        select(AppointmentTime.stop_id)
        .join(Booking)
        .where(Booking.status == "active", AppointmentTime.starts_at > now + timedelta(days=1))
        .group_by(AppointmentTime.stop_id)
        .order_by(func.count().desc(), AppointmentTime.stop_id)
    )
    stop = session.get_one(Stop, busiest.first())
    wish = Wish(kind="hours", stop_id=stop.id, plan=replace(plan_of(stop), opens_at=time(11)))
    carried = plan_changes.confirm(
        session, wish=wish, key="looked at", staff_id=None, now=now, grace=timedelta(minutes=2)
    )
    for each in carried.announcements[:2]:
        calls.need(session, booking=each.booking, reason="change", now=now)
