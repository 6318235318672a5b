"""What the organisers look at once a day: how many write, in which language, about what, and what was not understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.core.reminder_rules import CASABLANCA
from bot.store.models import ContactAddress, Conversation, InboundMessage

OUT_OF_SCOPE = "out_of_scope"
TOP = 12
SHOWN = 50


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
    by_day = _by_day(session, period)
    varieties = _counted(session, period, InboundMessage.variety)
    intents = _counted(session, period, InboundMessage.intent)
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


def messages_of(session: Session, period: Period, *, intent: str) -> tuple[Asked, ...]:
    """The latest messages of a period that were understood as ``intent``, latest first, no more than fifty."""
    rows = session.execute(
        select(InboundMessage, ContactAddress.profile_name)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .join(ContactAddress, ContactAddress.id == Conversation.address_id)
        .where(_within(period), InboundMessage.intent == intent)
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        Asked(conversation_id=one.conversation_id, name=name, text=one.text, at=one.received_at)
        for one, name in rows
    )


def _within(period: Period) -> ColumnElement[bool]:
    at = InboundMessage.received_at
    return (at >= period.begins) & (at < period.ends)


def _by_day(session: Session, period: Period) -> tuple[tuple[date, int], ...]:
    """Hours are counted by the database and put to days here: the country's clock is ours, see the decisions."""
    hour = func.date_trunc("hour", InboundMessage.received_at)
    counts: Counter[date] = Counter()
    for moment, count in session.execute(select(hour, func.count()).where(_within(period)).group_by(hour)):
        counts[moment.astimezone(CASABLANCA).date()] += count
    return tuple((day, counts[day]) for day in period.days())


def _counted(
    session: Session, period: Period, column: InstrumentedAttribute[str | None]
) -> list[tuple[str, int]]:
    """How often each value occurs, most frequent first."""
    count = func.count()
    rows = session.execute(
        select(column, count)
        .where(_within(period), column.is_not(None))
        .group_by(column)
        .order_by(count.desc(), column)
    ).all()
    return [(str(value), number) for value, number in rows]
