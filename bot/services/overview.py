"""What the organisers look at once a day: how many write, in which language, about what, and what was not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.core.reminder_rules import CASABLANCA
from bot.store.models import ContactAddress, Conversation, Handoff, InboundMessage

OUT_OF_SCOPE = "out_of_scope"
TOP = 12
SHOWN = 50
_ANY_HOUR = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole days in Africa/Casablanca, both ends included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """Its first moment, aware."""
        return datetime.combine(self.first, time(0), CASABLANCA)

    @property
    def ends(self) -> datetime:
        """The first moment after it, aware."""
        return datetime.combine(self.last + timedelta(days=1), time(0), CASABLANCA)

    def days(self) -> tuple[date, ...]:
        """Each of its days."""
        return tuple(
            self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)
        )


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Numbers of a period. ``questions`` are intents with how often they were understood, most frequent first; ``refused`` counts
    messages that were not understood, ``read`` all that the assistant read.
    """

    period: Period
    messages: int
    conversations: int
    by_day: tuple[tuple[date, int], ...]
    by_variety: tuple[tuple[str, int], ...]
    questions: tuple[tuple[str, int], ...]
    read: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which messages of a period: those understood as ``intent``, those in one ``variety``, of each conversation only the last one;
    without a wish all.
    """

    intent: str | None = None
    variety: str | None = None
    last_only: bool = False


@dataclass(frozen=True, kw_only=True)
class DayNumbers:
    """One day: messages that came, those that were not understood, and how often a person was asked for."""

    day: date
    messages: int
    refused: int
    handoffs: int


EVERYTHING = Part()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A message that counts in one of the numbers, and the conversation that it stands in. ``at`` is aware."""

    conversation_id: int
    name: str | None
    text: str
    at: datetime


def last_days(*, now: datetime, days: int) -> Period:
    """The ``days`` days that end today."""
    today = now.astimezone(CASABLANCA).date()
    return Period(first=today - timedelta(days=days - 1), last=today)


def of_period(session: Session, period: Period) -> Overview:
    """The numbers of a period."""
    by_day = _by_day(session, period, InboundMessage.received_at)
    varieties, intents = _understood(session, period)
    conversations = session.scalar(
        select(func.count(func.distinct(InboundMessage.conversation_id))).where(_within(period))
    )
    asked = [(intent, count) for intent, count in intents if intent != OUT_OF_SCOPE]
    return Overview(
        period=period,
        messages=sum(count for _, count in by_day),
        conversations=conversations or 0,
        by_day=by_day,
        by_variety=tuple(varieties),
        questions=tuple(asked[:TOP]),
        read=sum(count for _, count in intents),
        refused=dict(intents).get(OUT_OF_SCOPE, 0),
    )


def of_days(session: Session, period: Period) -> tuple[DayNumbers, ...]:
    """Each day of a period."""
    messages = dict(_by_day(session, period, InboundMessage.received_at))
    refused = _by_day(session, period, InboundMessage.received_at, InboundMessage.intent == OUT_OF_SCOPE)
    handoffs = dict(_by_day(session, period, Handoff.requested_at))
    return tuple(
        DayNumbers(day=day, messages=messages[day], refused=count, handoffs=handoffs[day])
        for day, count in refused
    )


def messages_of(session: Session, period: Period, part: Part = EVERYTHING) -> tuple[Asked, ...]:
    """The latest messages of a part of a period, latest first, no more than fifty."""
    query = select(InboundMessage.id).where(_within(period))
    if part.intent is not None:
        query = query.where(InboundMessage.intent == part.intent)
    if part.variety is not None:
        query = query.where(InboundMessage.variety == part.variety)
    if part.last_only:
        latest = select(func.max(InboundMessage.id)).where(_within(period))
        query = query.where(InboundMessage.id.in_(latest.group_by(InboundMessage.conversation_id)))
    shown = query.order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc()).limit(SHOWN)
    rows = session.execute(
        select(InboundMessage, ContactAddress.profile_name)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .join(ContactAddress, ContactAddress.id == Conversation.address_id)
        .where(InboundMessage.id.in_(shown))
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
    )
    return tuple(
        Asked(conversation_id=one.conversation_id, name=name, text=one.text, at=one.received_at)
        for one, name in rows
    )


def _within(
    period: Period, at: InstrumentedAttribute[datetime] = InboundMessage.received_at
) -> ColumnElement[bool]:
    return (at >= period.begins) & (at < period.ends)


def _by_day(
    session: Session, period: Period, at: InstrumentedAttribute[datetime], *only: ColumnElement[bool]
) -> tuple[tuple[date, int], ...]:
    """How many rows each day has by a column of theirs.

    Hours are counted by the database and put to days here: the country's clock is ours, see the decisions.
    """
    # In UTC, where hours need no calendar: a third of the work of `date_trunc`.
    hour = func.date_bin(timedelta(hours=1), at, _ANY_HOUR)
    counts: Counter[date] = Counter()
    hours = select(hour, func.count()).where(_within(period, at), *only).group_by(hour)
    for moment, count in session.execute(hours):
        counts[moment.astimezone(CASABLANCA).date()] += count
    return tuple((day, counts[day]) for day in period.days())


def _understood(session: Session, period: Period) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """How often each variety and each intent occurs, most frequent first; both in one walk over the messages."""
    varieties: Counter[str] = Counter()
    intents: Counter[str] = Counter()
    columns = (InboundMessage.variety, InboundMessage.intent)
    rows = session.execute(select(*columns, func.count()).where(_within(period)).group_by(*columns))
    for variety, intent, count in rows:
        if variety is not None:
            varieties[variety] += count
        if intent is not None:
            intents[intent] += count
    return _most_frequent_first(varieties), _most_frequent_first(intents)


def _most_frequent_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
