"""A change of plan before it is made: carried out, read, and taken back, so that the preview is what will happen."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core.messages import Channel
from bot.core.texts import Texts
from bot.services import plan_changes, plan_words, preferences
from bot.services.plan_changes import Carried
from bot.services.plan_wishes import PlanRefused, Wish
from bot.services.plan_words import Told
from bot.services.reminders import CommuneName
from bot.store.models import Announcement, AppointmentTime, Booking, Conversation


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Who is told what. ``mark`` says whether it is still the same when it is confirmed; ``cost`` is in dirhams."""

    told: tuple[Told, ...]
    mark: str
    outcomes: Mapping[str, int]
    segments: int
    cost: Decimal

    @property
    def by_sms(self) -> int:
        """How many are told by SMS."""
        return sum(each.channel is Channel.SMS for each in self.told)


def preview(
    session: Session, *, wish: Wish, texts: Texts, commune_name: CommuneName, now: datetime
) -> Preview:
    """What the wish would do. Raises NotFound or PlanRefused. Nothing is left of it."""
    attempt = session.begin_nested()
    try:
        carried = plan_changes.confirm(
            session, wish=wish, key="preview", staff_id=None, now=now, grace=timedelta(0)
        )
        kept = _load(session, carried.announcements)
        told = tuple(
            plan_words.told(session, each, texts=texts, commune_name=commune_name, now=now)
            for each in carried.announcements
        )
        mark = _mark(carried.announcements)
        del kept
    finally:
        attempt.rollback()
    segments = sum(each.segments for each in told)
    return Preview(
        told=told,
        mark=mark,
        outcomes=Counter(each.outcome for each in told),
        segments=segments,
        cost=preferences.sms_cost(session, segments),
    )


def confirm(
    session: Session, *, wish: Wish, key: str, mark: str, staff_id: int | None, now: datetime
) -> Carried:
    """Make the change as it was previewed. Raises PlanRefused also where it would be another by now."""
    carried = plan_changes.confirm(
        session, wish=wish, key=key, staff_id=staff_id, now=now, grace=preferences.grace(session)
    )
    if carried.change.confirmed_at == now and _mark(carried.announcements) != mark:
        raise PlanRefused("plan_differs")
    return carried


def _mark(announcements: Sequence[Announcement]) -> str:
    lines = [_line(each) for each in sorted(announcements, key=lambda each: each.booking_id)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def _line(announcement: Announcement) -> str:
    to = announcement.to_time
    where = f"{to.starts_at.isoformat()} {to.stop.commune_code}" if to else "-"
    return f"{announcement.booking_id} {announcement.booking_version} {announcement.outcome} {where}"


def _load(session: Session, announcements: Sequence[Announcement]) -> list[object]:
    """Read in a few queries what the words need; the session finds it again as long as the list is held."""
    bookings = [each.booking_id for each in announcements]
    times = [each.from_time_id for each in announcements] + [each.to_time_id for each in announcements]
    talks = select(Booking.conversation_id).where(Booking.id.in_(bookings))
    loaded: list[object] = []
    loaded += session.scalars(
        select(Conversation).where(Conversation.id.in_(talks)).options(joinedload(Conversation.address))
    )
    loaded += session.scalars(
        select(Booking).where(Booking.id.in_(bookings)).options(joinedload(Booking.contact))
    )
    loaded += session.scalars(
        select(AppointmentTime)
        .where(AppointmentTime.id.in_([each for each in times if each is not None]))
        .options(joinedload(AppointmentTime.stop))
    )
    return loaded
