"""What staff see of the calendar and of the ideas as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.store.models import AppointmentTime, Caravan, Conversation, Idea, Stop

IDEAS_PAGE = 25


@dataclass(frozen=True, kw_only=True)
class StopLine:
    """A stop with its places; hours are local (Africa/Casablanca)."""

    stop_id: int
    commune_code: str
    day: date
    opens_at: time
    closes_at: time
    venue_fr: str | None
    venue_ar: str | None
    status: str
    taken: int
    capacity: int

    @property
    def free(self) -> int:
        """Places that nobody has taken."""
        return self.capacity - self.taken


@dataclass(frozen=True, kw_only=True)
class IdeaLine:
    """An idea and, where there is one, the conversation of the person who told it."""

    idea: Idea
    conversation_id: int | None


@dataclass(frozen=True, kw_only=True)
class IdeasPage:
    """One page of the ideas, latest first; pages are counted from 1."""

    rows: tuple[IdeaLine, ...]
    page: int
    has_next: bool
    total: int


def stops(session: Session, *, caravan: Caravan) -> list[StopLine]:
    """All stops of an edition by day, those that are over included."""
    taken = func.coalesce(func.sum(AppointmentTime.taken), 0)
    capacity = func.coalesce(func.sum(AppointmentTime.capacity), 0)
    rows = session.execute(
        select(Stop, taken, capacity)
        .outerjoin(AppointmentTime)
        .where(Stop.caravan_id == caravan.id)
        .group_by(Stop.id)
        .order_by(Stop.day, Stop.opens_at, Stop.id)
    )
    return [_line(stop, int(places_taken), int(places)) for stop, places_taken, places in rows]


def ideas(session: Session, *, number: int = 1) -> IdeasPage:
    """One page of all ideas."""
    query = select(Idea).order_by(Idea.id.desc()).offset((number - 1) * IDEAS_PAGE).limit(IDEAS_PAGE + 1)
    found = session.scalars(query).all()
    shown = found[:IDEAS_PAGE]
    talks = _conversations(session, [idea.contact_id for idea in shown])
    rows = tuple(IdeaLine(idea=idea, conversation_id=talks.get(idea.contact_id)) for idea in shown)
    total = session.scalar(select(func.count()).select_from(Idea)) or 0
    return IdeasPage(rows=rows, page=number, has_next=len(found) > IDEAS_PAGE, total=total)


def _conversations(session: Session, contact_ids: list[int]) -> dict[int, int]:
    """The liveliest conversation of each contact."""
    rows = session.execute(
        select(Conversation.contact_id, Conversation.id)
        .where(Conversation.contact_id.in_(contact_ids))
        .order_by(Conversation.last_activity_at)
    )
    return {row.contact_id: row.id for row in rows}


def _line(stop: Stop, taken: int, capacity: int) -> StopLine:
    return StopLine(
        stop_id=stop.id,
        commune_code=stop.commune_code,
        day=stop.day,
        opens_at=stop.opens_at,
        closes_at=stop.closes_at,
        venue_fr=stop.venue_fr,
        venue_ar=stop.venue_ar,
        status=stop.status,
        taken=taken,
        capacity=capacity,
    )
