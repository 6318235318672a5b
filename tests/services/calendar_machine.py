"""Staff and people who do things with a small calendar in any order; what has to hold stands in `test_calendar_properties`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
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
from bot.core.texts import default_texts
from bot.core.timetable import PlannedStop
from bot.services import (
    announcements,
    bookings,
    contacts,
    places,
    plan_answers,
    plan_changes,
    plan_undo,
    reminder_sending,
    stop_edits,
    waiting_list,
    waiting_offers,
)
from bot.services.plan_changes import Carried
from bot.services.plan_wishes import Wish, plan_of
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, Caravan, PlanChange, Stop

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


def _name(code: str) -> dict[str, str]:
    return {"fr": "Tiflet", "ar": "تيفلت"}


class Calendar(RuleBasedStateMachine):
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

    @initialize()
    def make(self) -> None:
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

    @rule(stop=ANY)
    def crowd(self, stop: int) -> None:
        """Everybody wants to come to the same stop; who finds no place stands in line."""
        for person in range(NUMBER_OF_PEOPLE):
            for at, time_ in enumerate(self._times()):
                if time_ in self._times(self._pick(self._stops(), stop)):
                    self.book(person, at)
            if not self._standing(person):
                self.wait(person, stop)

    @rule(person=PEOPLE, at=ANY)
    def look(self, person: int, at: int) -> None:
        contact, time_id = self.people[person][0], self._pick(self._times(), at)
        self._try(
            partial(
                places.confirming, appointment_time_id=time_id, contact_id=contact, service=None, now=self.now
            )
        )

    @rule(person=PEOPLE, at=ANY)
    def move(self, person: int, at: int) -> None:
        time_id = self._pick(self._times(), at)
        for booking in self._standing(person):
            who = {"booking_id": booking.id, "contact_id": booking.contact_id}
            self._try(partial(bookings.move, **who, appointment_time_id=time_id, now=self.now))

    @rule(person=PEOPLE)
    def cancel(self, person: int) -> None:
        for booking in self._standing(person):
            self._try(
                partial(bookings.cancel, booking_id=booking.id, contact_id=booking.contact_id, now=self.now)
            )
            self.booked.discard(booking.id)

    @rule(person=PEOPLE, stop=ANY)
    def wait(self, person: int, stop: int) -> None:
        contact, talk = self.people[person]
        self._try(
            partial(
                waiting_list.join,
                contact_id=contact,
                conversation_id=talk,
                stop_id=self._pick(self._stops(), stop),
                name=f"Person {'abcdefg'[person]}",
                phone=self._phone(person),
                now=self.now,
            )
        )

    @rule(person=PEOPLE, what=st.sampled_from([waiting_list.accept, waiting_list.refuse, waiting_list.leave]))
    def answer_offer(self, person: int, what: Callable[..., Any]) -> None:
        contact = self.people[person][0]
        with self.sessions() as session:
            lines = [entry.id for entry in waiting_list.of_contact(session, contact_id=contact)]
        for entry_id in lines:
            made = self._try(partial(what, entry_id=entry_id, contact_id=contact, now=self.now))
            if isinstance(made, Booking):
                self.booked.add(made.id)

    @rule(stop=ANY, days=st.integers(1, 3))
    def postpone(self, stop: int, days: int) -> None:
        self._change("postpone", stop, lambda plan: replace(plan, day=plan.day + timedelta(days=days)))

    @rule(stop=ANY)
    def call_off(self, stop: int) -> None:
        self._change("cancel", stop, lambda plan: None)

    @rule(stop=ANY)
    def shorten(self, stop: int) -> None:
        self._change("hours", stop, lambda plan: replace(plan, closes_at=time(10, 30)))

    @rule(stop=ANY)
    def lose_an_adviser(self, stop: int) -> None:
        self._change("advisers", stop, lambda plan: replace(plan, advisers=plan.advisers - 1))

    @rule(stop=ANY)
    def other_venue(self, stop: int) -> None:
        name = f"Salle {next(self.keys)}"
        self._change("move", stop, lambda plan: replace(plan, venue_fr=name))

    def _change(self, kind: str, stop: int, how: Callable[[PlannedStop], PlannedStop | None]) -> None:
        """Whose booking a change touches, they and nobody else are to be told of it, once, however often it is confirmed."""
        stop_id = self._pick(self._stops(), stop)
        with self.sessions() as session:
            wish = Wish(kind=kind, stop_id=stop_id, plan=how(plan_of(session.get_one(Stop, stop_id))))
        before, key = self.rows(), f"{self.number}-{next(self.keys)}"
        grace = timedelta(minutes=2)
        confirm = partial(plan_changes.confirm, wish=wish, key=key, staff_id=None, now=self.now, grace=grace)
        carried: Carried | None = self._try(confirm)
        if carried is None:
            return
        after = self.rows()
        touched = sorted(number for number, row in after.items() if row != before[number])
        assert sorted(each.booking_id for each in carried.announcements) == touched
        again = self._try(confirm)
        assert again is not None
        assert again.change.id == carried.change.id
        assert self.rows() == after

    @rule()
    def undo(self) -> None:
        """The latest change is taken back, where it still can be."""
        with self.sessions() as session:
            latest = session.scalar(
                select(PlanChange.id)
                .join(PlanChange.stop)
                .where(Stop.caravan_id == self.caravan)
                .order_by(PlanChange.id.desc())
                .limit(1)
            )
        if latest is not None:
            self._try(partial(plan_undo.undo, change_id=latest, now=self.now))

    @rule(person=PEOPLE, choice=st.sampled_from(["keep", "other", "give_up"]))
    def answer_news(self, person: int, choice: str) -> None:
        self._try(partial(self._answer_news, contact_id=self.people[person][0], choice=choice))

    def _answer_news(self, session: Session, *, contact_id: int, choice: str) -> None:
        news = plan_answers.open_for(session, contact_id=contact_id)
        if news is None:
            return
        plan_answers.answer(session, news, choice=choice, now=self.now)
        if choice == "give_up":
            self.booked.discard(news.booking_id)
        elif choice == "keep" and news.outcome == "none":
            plan_answers.stand_in_line(session, news, now=self.now)

    @rule(at=ANY, capacity=st.integers(0, 3), closed=st.booleans())
    def set_places(self, at: int, capacity: int, closed: bool) -> None:
        time_id = self._pick(self._times(), at)
        with self.sessions() as session:
            stop_id = session.get_one(AppointmentTime, time_id).stop_id
        self._try(
            partial(
                stop_edits.adjust,
                stop_id=stop_id,
                time_id=time_id,
                capacity=capacity,
                closed=closed,
                now=self.now,
            )
        )

    @rule(minutes=st.sampled_from([1, 3, 11, 125, 600, 1440]))
    def time_passes(self, minutes: int) -> None:
        """The worker does its round, each part in a transaction of its own."""
        self.now += timedelta(minutes=minutes)
        self.told_at = self.now
        words = {"texts": default_texts(), "commune_name": _name, "now": self.now}
        for part in (
            partial(reminder_sending.send_due, **words),
            partial(places.lapse_confirming, now=self.now),
            partial(waiting_offers.round_of, **words),
            partial(announcements.release, now=self.now),
            partial(announcements.send_due, **words),
            partial(announcements.follow_up, **words),
            partial(reminder_sending.settle, now=self.now),
        ):
            with transaction(self.sessions) as session:
                part(session)

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
