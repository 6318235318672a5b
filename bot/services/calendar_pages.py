"""What the staff see of one stop and of one change of plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core.booking_rules import STANDING
from bot.core.errors import NotFound
from bot.store.models import Announcement, AppointmentTime, Booking, OutboundMessage, PlanChange, Stop


@dataclass(frozen=True, kw_only=True)
class StopPage:
    """A stop with its times, the bookings at each that stand, and its changes of plan, latest first."""

    stop: Stop
    times: Sequence[AppointmentTime]
    bookings: dict[int, list[Booking]]
    changes: Sequence[PlanChange]


@dataclass(frozen=True, kw_only=True)
class NewsLine:
    """One person's news, and how far the message that carries them has got (None before it is sent)."""

    announcement: Announcement
    channel: str | None
    status: str | None


def stop_page(session: Session, *, stop_id: int) -> StopPage:
    """Raises NotFound."""
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise NotFound(f"stop {stop_id}")
    times = session.scalars(
        select(AppointmentTime)
        .where(AppointmentTime.stop_id == stop_id)
        .order_by(AppointmentTime.starts_at, AppointmentTime.service.nulls_first())
    ).all()
    bookings: dict[int, list[Booking]] = {}
    for booking in session.scalars(
        select(Booking)
        .join(AppointmentTime)
        .where(AppointmentTime.stop_id == stop_id, Booking.status.in_(STANDING))
        .order_by(Booking.id)
    ):
        bookings.setdefault(booking.appointment_time_id, []).append(booking)
    changes = session.scalars(
        select(PlanChange).where(PlanChange.stop_id == stop_id).order_by(PlanChange.id.desc())
    ).all()
    return StopPage(stop=stop, times=times, bookings=bookings, changes=changes)


def change(session: Session, *, change_id: int) -> tuple[PlanChange, list[NewsLine]]:
    """A change of plan and what became of the news of each person. Raises NotFound."""
    found = session.get(
        PlanChange,
        change_id,
        options=[joinedload(PlanChange.stop), joinedload(PlanChange.target_stop)],
    )
    if found is None:
        raise NotFound(f"change of plan {change_id}")
    rows = session.execute(
        select(Announcement, OutboundMessage.channel, OutboundMessage.status)
        .outerjoin(OutboundMessage, OutboundMessage.id == Announcement.outbound_id)
        .options(
            joinedload(Announcement.booking),
            joinedload(Announcement.to_time).joinedload(AppointmentTime.stop),
        )
        .where(Announcement.change_id == change_id)
        .order_by(Announcement.booking_id)
    )
    return found, [
        NewsLine(announcement=announcement, channel=channel, status=status)
        for announcement, channel, status in rows
    ]
