"""A realistic load of made-up people, conversations, bookings and ideas, the same for the same seed. For trials only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bot.core.booking_rules import CODE_ALPHABET, CODE_LENGTH, person_key
from bot.core.errors import Conflict
from bot.core.messages import Channel
from bot.core.roles import COACHES
from bot.core.routing import Talker
from bot.services import sample_messages, sample_people
from bot.services.sample_people import Person
from bot.store.models import (
    AppointmentTime,
    Base,
    Booking,
    Contact,
    ContactAddress,
    Conversation,
    Handoff,
    Idea,
    Staff,
    Stop,
)

BATCH = 2_000
"""Rows in one statement."""
DAYS = 60
"""How far back the conversations go."""
_SECTORS = (
    "agriculture",
    "livestock",
    "food_processing",
    "crafts",
    "commerce",
    "services",
    "tourism",
    "digital",
)
_REASONS = ("asked", "asked", "asked", "not_understood", "media", "gave_up")
# Of a hundred conversations, so many wait for a person, are held by one, and were held by one before.
_WAITING, _HELD, _CLOSED = 2, 1, 15
_LONGEST_WAIT = 8 * 60
"""Minutes since whoever waits, or is with a coach, wrote last."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A made-up conversation: its ids, who writes, and when it began and ended."""

    conversation_id: int
    contact_id: int
    person: Person
    began_at: datetime
    ended_at: datetime
    state: str


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """How much was made."""

    conversations: int
    messages: int
    bookings: int
    ideas: int


def load(session: Session, *, conversations: int, messages: int, seed: int, now: datetime) -> Loaded:
    """Make so many conversations with so many messages in all, up to ``now``. Raises Conflict where this seed was loaded."""
    random = Random(seed)
    people = [sample_people.person(random, seed=seed, number=number) for number in range(conversations)]
    _refuse_twice(session, people)
    talks: list[Talk] = []
    for part in _batches(people):
        talks += _talks(session, random, part, now)
    coaches = select(Staff.id).where(Staff.role.in_([role.value for role in COACHES]))
    staff_ids = session.scalars(coaches.order_by(Staff.id)).all()
    _handoffs(session, random, talks, staff_ids, now)
    sample_messages.write(session, random, talks, total=messages, staff_ids=staff_ids)
    booked = _book(session, random, talks, seed, now)
    told = _tell_ideas(session, random, talks, seed)
    return Loaded(conversations=len(talks), messages=messages, bookings=booked, ideas=told)


def _refuse_twice(session: Session, people: Sequence[Person]) -> None:
    addresses = [person.address for person in people[:100]]
    if session.scalar(select(ContactAddress.id).where(ContactAddress.address.in_(addresses)).limit(1)):
        raise Conflict("this seed has been loaded already; take another, or a new DATA_DIR")


def _talks(session: Session, random: Random, people: Sequence[Person], now: datetime) -> list[Talk]:
    states = [_state(random) for _ in people]
    spans = [_span(random, now, state) for state in states]
    contacts = _inserted(
        session,
        Contact,
        [
            {"created_at": began, "variety": person.variety.value, "phone": person.phone}
            for person, (began, _) in zip(people, spans, strict=True)
        ],
    )
    addresses = _inserted(
        session,
        ContactAddress,
        [
            {
                "contact_id": contact,
                "channel": person.channel.value,
                "address": person.address,
                "profile_name": None if person.channel is Channel.SMS else person.name,
            }
            for contact, person in zip(contacts, people, strict=True)
        ],
    )
    rows = [
        {
            "address_id": address,
            "contact_id": contact,
            "talker": {"waiting": Talker.WAITING, "held": Talker.COACH}.get(state, Talker.ASSISTANT).value,
            "created_at": began,
            "last_inbound_at": ended,
            "last_activity_at": ended,
        }
        for address, contact, state, (began, ended) in zip(addresses, contacts, states, spans, strict=True)
    ]
    ids = _inserted(session, Conversation, rows)
    return [
        Talk(
            conversation_id=conversation,
            contact_id=contact,
            person=person,
            began_at=began,
            ended_at=ended,
            state=state,
        )
        for conversation, contact, person, state, (began, ended) in zip(
            ids, contacts, people, states, spans, strict=True
        )
    ]


def _span(random: Random, now: datetime, state: str) -> tuple[datetime, datetime]:
    """When a conversation began and ended; nobody waits for weeks."""
    longest = {"waiting": _LONGEST_WAIT, "held": _LONGEST_WAIT}.get(state, DAYS * 24 * 60)
    ended = now - timedelta(minutes=random.triangular(1, longest, 1))
    return ended - timedelta(minutes=random.randint(5, 3 * 24 * 60)), ended


def _state(random: Random) -> str:
    drawn = random.random() * 100
    if drawn < _WAITING:
        return "waiting"
    if drawn < _WAITING + _HELD:
        return "held"
    return "closed" if drawn < _WAITING + _HELD + _CLOSED else "assistant"


def _handoffs(
    session: Session, random: Random, talks: Sequence[Talk], staff_ids: Sequence[int], now: datetime
) -> None:
    rows = []
    for talk in talks:
        if talk.state == "assistant":
            continue
        taken = min(now, talk.ended_at + timedelta(minutes=random.randint(1, 90)))
        holder = random.choice(staff_ids) if staff_ids and talk.state != "waiting" else None
        rows.append(
            {
                "conversation_id": talk.conversation_id,
                "reason": random.choice(_REASONS),
                "urgent": False,
                "requested_at": talk.ended_at,
                "waiting_since": talk.ended_at,
                "staff_id": holder,
                "taken_at": None if holder is None else taken,
                "first_answer_at": None if holder is None else taken + timedelta(minutes=1),
                "closed_at": taken + timedelta(minutes=random.randint(2, 60))
                if talk.state == "closed"
                else None,
            }
        )
    _insert(session, Handoff, rows)


def _book(session: Session, random: Random, talks: Sequence[Talk], seed: int, now: datetime) -> int:
    """Half of the places of the current caravan are taken."""
    free = session.execute(
        select(AppointmentTime.id, AppointmentTime.service, AppointmentTime.capacity - AppointmentTime.taken)
        .join(Stop)
        .where(Stop.status.in_(("planned", "confirmed")), AppointmentTime.closed.is_(False))
        .order_by(AppointmentTime.starts_at, AppointmentTime.id)
    ).all()
    places = [(time, service) for time, service, left in free for _ in range(left)]
    taken = random.sample(places, min(len(places), len(talks)) // 2)
    guests = random.sample(list(talks), len(taken))
    rows = [
        _booking(seed, number, talk, time, service, now)
        for number, (talk, (time, service)) in enumerate(zip(guests, taken, strict=True))
    ]
    _insert(session, Booking, rows)
    active = select(func.count()).where(
        Booking.appointment_time_id == AppointmentTime.id, Booking.status == "active"
    )
    session.execute(update(AppointmentTime).values(taken=active.scalar_subquery()))
    return len(rows)


def _booking(
    seed: int, number: int, talk: Talk, time: int, service: str | None, now: datetime
) -> dict[str, Any]:
    at = min(now, talk.ended_at)
    return {
        "code": _code(seed, number),
        "contact_id": talk.contact_id,
        "conversation_id": talk.conversation_id,
        "appointment_time_id": time,
        "name": talk.person.name,
        "person_key": person_key(talk.person.name),
        "phone": talk.person.phone or "+212600000000",
        "service": service,
        "created_at": at,
        "changed_at": at,
    }


def _tell_ideas(session: Session, random: Random, talks: Sequence[Talk], seed: int) -> int:
    told = sample_people.words()["ideas"]
    rows = []
    for number, talk in enumerate(talks[:: max(1, len(talks) // 500)]):
        idea = told[talk.person.variety.value]
        rows.append(
            {
                "reference": f"I-{_code(seed, number)}",
                "contact_id": talk.contact_id,
                "title": idea[:80],
                "summary": idea,
                "sector": random.choice(_SECTORS),
                "commune_code": None,
                "place": "Tiflet",
                "needs": "",
                "created_at": talk.ended_at,
            }
        )
    _insert(session, Idea, rows)
    return len(rows)


def _code(seed: int, number: int) -> str:
    """A code of the usual form, the same for the same seed and number, and another for others."""
    base = len(CODE_ALPHABET)
    low = "".join(CODE_ALPHABET[number // base**place % base] for place in range(CODE_LENGTH - 1))
    return CODE_ALPHABET[seed % base] + low


def _inserted(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """The ids of new rows, in their order."""
    columns: Any = model
    statement = insert(model).returning(columns.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, list(rows)))


def _insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for part in _batches(rows):
        session.execute(insert(model), list(part))


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
