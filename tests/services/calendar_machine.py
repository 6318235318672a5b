"""Staff and people who do things with a small calendar in any order; what has to hold stands in `test_calendar_properties`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import default_texts
from bot.core.timetable import PlannedStop
from bot.services import (
    announcements,
    bookings,
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
from bot.store.engine import transaction
from bot.store.models import AppointmentTime, Booking, PlanChange, Stop
from tests.services.calendar_world import ANY, NUMBER_OF_PEOPLE, PEOPLE, CalendarWorld


def _name(code: str) -> dict[str, str]:
    return {"fr": "Tiflet", "ar": "تيفلت"}


class Calendar(CalendarWorld):
    """All that may happen."""

    @rule(stop=ANY)
    def crowd(self, stop: int) -> None:
        """Everybody wants to come to the same stop; who finds no place stands in line."""
        for person in range(NUMBER_OF_PEOPLE):
            for at, time_ in enumerate(self._times()):
                if time_ in self._times(self._pick(self._stops(), stop)):
                    self.book(person, at)
            if not self._standing(person):
                self.wait(person, stop)

    @rule(person=PEOPLE, at=ANY, minutes=st.sampled_from([None, 0, 9, 11]))
    def look(self, person: int, at: int, minutes: int | None) -> None:
        """Read the summary, and say yes after so many minutes, or never."""
        contact, time_id = self.people[person][0], self._pick(self._times(), at)
        self._try(
            partial(
                places.confirming,
                appointment_time_id=time_id,
                contact_id=contact,
                service=None,
                now=self.now,
            )
        )
        if minutes is not None:
            self.now += timedelta(minutes=minutes)
            self.book(person, at)

    @rule(person=PEOPLE, at=ANY)
    def move(self, person: int, at: int) -> None:
        time_id = self._pick(self._times(), at)
        for booking in self._standing(person):
            self._try(
                partial(
                    bookings.move,
                    booking_id=booking.id,
                    contact_id=booking.contact_id,
                    appointment_time_id=time_id,
                    now=self.now,
                )
            )

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

    @rule(minutes=st.sampled_from([1, 3, 11, 125, 1440]))
    def time_passes(self, minutes: int) -> None:
        self._let_it_be(self.now + timedelta(minutes=minutes))

    @rule(hour=st.sampled_from([8, 18, 22]))
    def it_is(self, hour: int) -> None:
        """Morning, evening or night has come."""
        local = self.now.astimezone(CASABLANCA)
        then = local.replace(hour=hour, minute=30)
        self._let_it_be(then if then > local else then + timedelta(days=1))

    def _let_it_be(self, now: datetime) -> None:
        """The worker does its round, each part in a transaction of its own."""
        self.now = now
        self.told_at = self.now
        words: dict[str, Any] = {"texts": default_texts(), "commune_name": _name, "now": self.now}
        parts: tuple[Callable[[Session], object], ...] = (
            partial(reminder_sending.send_due, **words),
            partial(places.lapse_confirming, now=self.now),
            partial(waiting_offers.round_of, **words),
            partial(announcements.release, now=self.now),
            partial(announcements.send_due, **words),
            partial(announcements.follow_up, **words),
            partial(reminder_sending.settle, now=self.now),
        )
        for part in parts:
            with transaction(self.sessions) as session:
                part(session)
