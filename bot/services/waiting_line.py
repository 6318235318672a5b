"""The line of people who wait at a full stop: a place that is free is kept for whoever came first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP
from bot.core.offer_rules import LEAST
from bot.services import places
from bot.services.places import TimeTaken
from bot.store.models import AppointmentTime, Stop, WaitingListEntry

AT_ONCE = 50
"""So many people of one line are seen to at once; the next round goes on."""


def pass_on(session: Session, *, stop_id: int, now: datetime) -> int:
    """Keep the free places of a stop for those who wait longest; how many. They are asked later, not at night.

    Never waits for a lock, so that it can be called while others are held: who is busy is seen to in the next round.
    """
    stop = session.scalar(
        select(Stop.id)
        .where(Stop.id == stop_id, Stop.status.in_(BOOKABLE_STOP))
        .with_for_update(key_share=True, skip_locked=True)
    )
    if stop is None:
        return 0
    line = session.scalars(
        select(WaitingListEntry)
        .where(WaitingListEntry.stop_id == stop_id, WaitingListEntry.status == "waiting")
        .order_by(WaitingListEntry.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return sum(_keep_one(session, entry, now) for entry in line)


def pass_on_everywhere(session: Session, *, now: datetime) -> int:
    """As :func:`pass_on`, for every stop with a line and a free place: capacity grows without anybody giving up a place."""
    found = session.scalars(
        select(AppointmentTime.stop_id)
        .where(
            AppointmentTime.stop_id.in_(
                select(WaitingListEntry.stop_id).where(WaitingListEntry.status == "waiting")
            ),
            places.is_free(now + LEAST),
        )
        .distinct()
    ).all()
    return sum(pass_on(session, stop_id=stop_id, now=now) for stop_id in sorted(found))


def pass_on_from(session: Session, *, time_ids: Collection[int], now: datetime) -> None:
    """As :func:`pass_on`, for the stops of appointment times at which a place has become free."""
    stops = select(AppointmentTime.stop_id).where(AppointmentTime.id.in_(time_ids)).distinct()
    for stop_id in sorted(session.scalars(stops)):
        pass_on(session, stop_id=stop_id, now=now)


def _keep_one(session: Session, entry: WaitingListEntry, now: datetime) -> bool:
    free = session.scalar(
        select(AppointmentTime.id)
        .where(
            AppointmentTime.stop_id == entry.stop_id,
            places.is_free(now + LEAST),
            places.serves(entry.service),
        )
        .order_by(AppointmentTime.starts_at, AppointmentTime.id)
        .limit(1)
    )
    if free is None:
        return False
    try:
        with session.begin_nested():
            hold = places.hold_place(
                session,
                free,
                contact_id=entry.contact_id,
                service=entry.service,
                purpose="offer",
                expires_at=None,
                now=now,
            )
    except TimeTaken:
        return False
    entry.status, entry.hold_id, entry.told_at, entry.changed_at = "offered", hold.id, None, now
    session.flush()
    return True
