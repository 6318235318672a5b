"""A small calendar in a database, with people who have places there: what `calendar_machine` acts on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.core.errors import AnaM3akError
from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.core.timetable import PlannedStop
from bot.services import (
    bookings,
    contacts,
    stop_edits,
)
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Caravan, Stop

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NUMBER_OF_PEOPLE = 7
PEOPLE = st.integers(0, NUMBER_OF_PEOPLE - 1)
ANY = st.integers(0, 11)
"""Which of the stops or times that there are, counted round."""
NUMBERS = itertools.count()
"""Each run is an edition of its own, later than those before it: the ledger of consent cannot be emptied."""
SESSIONS: list[Sessions] = []
"""The database of the running test: Hypothesis makes machines without arguments."""
Row = tuple[str, int, int]
"""Status, appointment time and version of a booking."""


class CalendarWorld(RuleBasedStateMachine):
    """Two stops, of two advisers and of one, for an hour each; seven people on WhatsApp; the clock.

    ``booked`` are the bookings that nobody has given up; ``told_at`` is when the worker last did its round.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sessions = SESSIONS[-1]
        self.number = next(NUMBERS)
        self.now = START + timedelta(days=28) * self.number
        self.told_at = self.now
        self.booked: set[int] = set()
        self.keys = itertools.count()

    @initialize(wishes=st.lists(ANY, min_size=3, max_size=NUMBER_OF_PEOPLE))
    def make(self, wishes: list[int]) -> None:
        """Some of the people come with a place already."""
        with transaction(self.sessions) as session:
            session.execute(update(Caravan).values(is_current=False))
            caravan = Caravan(
                code=f"edition {self.number}",
                province_code="04.291",
                is_example=False,
                is_current=True,
                facts={},
                loaded_at=self.now,
            )
            session.add(caravan)
            session.flush()
            for days, advisers in ((2, 2), (4, 1)):
                plan = self._plan(days, advisers)
                stop_edits.create(session, caravan=caravan, plan=plan, status="confirmed", now=self.now)
            self.caravan = caravan.id
            self.people = [self._talk(session, number) for number in range(NUMBER_OF_PEOPLE)]
        for person, at in enumerate(wishes):
            self.book(person, at)

    def _plan(self, days: int, advisers: int) -> PlannedStop:
        return PlannedStop(
            commune_code="04.291.01.05",
            day=self.now.astimezone(CASABLANCA).date() + timedelta(days=days),
            opens_at=time(10),
            closes_at=time(11),
            breaks=(),
            advisers=advisers,
            minutes=30,
            latitude=33.89,
            longitude=-6.31,
        )

    def _talk(self, session: Session, person: int) -> tuple[int, int]:
        talk = contacts.conversation_for(
            session,
            channel=Channel.WHATSAPP,
            address=self._phone(person),
            profile_name=None,
            phone=self._phone(person),
            now=self.now,
        )
        # Half of them can be written to in the chat, the others by SMS only.
        talk.last_inbound_at = self.now + timedelta(days=20) if person % 2 else None
        return talk.contact_id, talk.id

    def _phone(self, person: int) -> str:
        return f"+2126{self.number:05d}{person:03d}"

    @rule(person=PEOPLE, at=ANY)
    def book(self, person: int, at: int) -> None:
        made = self._try(partial(self._book, person=person, time_id=self._pick(self._times(), at)))
        if made is not None:
            self.booked.add(made.id)

    def _book(self, session: Session, *, person: int, time_id: int) -> Booking:
        contact, talk = self.people[person]
        return bookings.book(
            session,
            contact_id=contact,
            conversation_id=talk,
            appointment_time_id=time_id,
            name=f"Person {'abcdefg'[person]}",
            phone=self._phone(person),
            now=self.now,
        )

    def rows(self) -> dict[int, Row]:
        """All bookings of this edition by id."""
        query = (
            select(Booking.id, Booking.status, Booking.appointment_time_id, Booking.version)
            .join(Booking.appointment_time)
            .join(AppointmentTime.stop)
            .where(Stop.caravan_id == self.caravan)
        )
        with self.sessions() as session:
            return {row[0]: (row[1], row[2], row[3]) for row in session.execute(query)}

    def _stops(self) -> list[int]:
        """Those that were ever made, the ones that do not stand any more included: they refuse."""
        with self.sessions() as session:
            return list(
                session.scalars(select(Stop.id).where(Stop.caravan_id == self.caravan).order_by(Stop.id))
            )

    def _times(self, stop_id: int | None = None) -> list[int]:
        query = (
            select(AppointmentTime.id)
            .join(Stop)
            .where(Stop.caravan_id == self.caravan)
            .order_by(AppointmentTime.id)
        )
        with self.sessions() as session:
            return list(session.scalars(query if stop_id is None else query.where(Stop.id == stop_id)))

    def _pick(self, among: list[int], number: int) -> int:
        return among[number % len(among)]

    def _standing(self, person: int) -> list[Booking]:
        with self.sessions() as session:
            return list(bookings.active(session, contact_id=self.people[person][0], now=self.now))

    def _try(self, act: Callable[[Session], Any]) -> Any:
        """What the product refuses is refused cleanly: nothing is left of it, and None comes back."""
        with transaction(self.sessions) as session:
            try:
                with session.begin_nested():
                    return act(session)
            except AnaM3akError:
                return None
