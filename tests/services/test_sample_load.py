"""Made-up people for trials."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from sqlalchemy import func, select

from bot.core.errors import Conflict
from bot.services import sample_load, sample_people
from bot.services.sample_load import Loaded
from bot.services.sample_people import Person
from bot.store.engine import Sessions, transaction
from bot.store.models import (
    AppointmentTime,
    Booking,
    Contact,
    Conversation,
    Handoff,
    InboundMessage,
    OutboundMessage,
)


def load(sessions: Sessions, now: datetime, seed: int = 1) -> Loaded:
    with transaction(sessions) as session:
        return sample_load.load(session, conversations=120, messages=900, seed=seed, now=now)


def count(sessions: Sessions, model: type) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_as_much_is_made_as_was_asked_for(sessions: Sessions, now: datetime) -> None:
    made = load(sessions, now)
    assert (made.conversations, count(sessions, Conversation)) == (120, 120)
    assert count(sessions, InboundMessage) + count(sessions, OutboundMessage) == made.messages == 900
    assert count(sessions, Handoff) > 0
    with sessions() as session:
        assert (session.scalar(select(func.max(Conversation.last_activity_at))) or now) <= now


def test_places_are_counted_as_they_are_taken(sessions: Sessions, now: datetime, make_stop: object) -> None:
    assert callable(make_stop)
    make_stop(times=3, capacity=4)
    made = load(sessions, now)
    assert made.bookings == count(sessions, Booking) == 6
    with sessions() as session:
        assert session.scalar(select(func.sum(AppointmentTime.taken))) == 6


def test_a_seed_is_loaded_once_and_others_add_to_it(sessions: Sessions, now: datetime) -> None:
    load(sessions, now, seed=1)
    with pytest.raises(Conflict, match="loaded already"):
        load(sessions, now, seed=1)
    load(sessions, now, seed=2)
    assert count(sessions, Contact) == 240


def test_a_seed_makes_the_same_people_each_time() -> None:
    def people(seed: int) -> list[Person]:
        random = Random(seed)
        return [sample_people.person(random, seed=seed, number=number) for number in range(300)]

    assert people(1) == people(1)
    assert len({person.address for person in people(1) + people(2)}) == 600
