"""Whatever happens in whatever order: no place is sold twice, nobody is lost, nobody is told twice or at night."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.core.errors import AnaM3akError
from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import default_texts
from bot.core.visit_rules import is_quiet
from bot.services import (
    announcements,
    bookings,
    contacts,
    places,
    plan_changes,
    reminder_sending,
    waiting_list,
    waiting_offers,
)
from bot.services.plan_wishes import Wish
from bot.store.engine import Sessions, transaction
from bot.store.models import (
    Announcement,
    AppointmentTime,
    Booking,
    Caravan,
    Hold,
    OutboundMessage,
    Reminder,
    Stop,
    WaitingListEntry,
)

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PEOPLE = st.integers(0, 4)
TIMES = st.integers(0, 3)
NAMES = {"fr": "Tiflet", "ar": "تيفلت"}
NUMBERS = itertools.count()
"""Each run is an edition of its own, later than those before it: the ledger of consent cannot be emptied."""
SESSIONS: list[Sessions] = []
"""The database of the running test: Hypothesis makes machines without arguments."""


@pytest.fixture
def database(sessions: Sessions) -> Iterator[None]:
    SESSIONS.append(sessions)
    yield
    SESSIONS.clear()


def _name(code: str) -> dict[str, str]:
    return NAMES


class Calendar(RuleBasedStateMachine):
    """Two stops with two times of one place each, five people on WhatsApp, the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions = SESSIONS[-1]
        self.number = next(NUMBERS)
        self.now = START + timedelta(days=7) * self.number
        self.booked: set[int] = set()

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
            stops = [self._stop(caravan.id, days) for days in (2, 4)]
            session.add_all(stops)
            session.flush()
            self.stops = [stop.id for stop in stops]
            self.times = [time_.id for stop in stops for time_ in stop.appointment_times]
            talks = [
                contacts.conversation_for(
                    session,
                    channel=Channel.WHATSAPP,
                    address=self._phone(number),
                    profile_name=None,
                    phone=self._phone(number),
                    now=self.now,
                )
                for number in range(5)
            ]
            self.people = [(talk.contact_id, talk.id) for talk in talks]

    def _phone(self, person: int) -> str:
        return f"+2126{self.number:05d}{person:03d}"

    def _stop(self, caravan_id: int, days: int) -> Stop:
        day = self.now.astimezone(CASABLANCA).date() + timedelta(days=days)
        stop = Stop(
            caravan_id=caravan_id,
            commune_code="04.291.01.05",
            day=day,
            opens_at=time(10),
            closes_at=time(11),
            latitude=33.89,
            longitude=-6.31,
            status="confirmed",
        )
        stop.appointment_times = [
            AppointmentTime(starts_at=datetime.combine(day, at, CASABLANCA), capacity=1)
            for at in (time(10), time(10, 30))
        ]
        return stop

    @rule(person=PEOPLE, at=TIMES)
    def book(self, person: int, at: int) -> None:
        contact, talk = self.people[person]
        with transaction(self.sessions) as session:
            try:
                with session.begin_nested():
                    made = bookings.book(
                        session,
                        contact_id=contact,
                        conversation_id=talk,
                        appointment_time_id=self.times[at],
                        name=f"Person {'abcde'[person]}",
                        phone=self._phone(person),
                        now=self.now,
                    )
            except AnaM3akError:
                return
            self.booked.add(made.id)

    @rule(person=PEOPLE, at=TIMES)
    def look(self, person: int, at: int) -> None:
        self._try(
            lambda session: places.confirming(
                session, self.times[at], contact_id=self.people[person][0], service=None, now=self.now
            )
        )

    @rule(person=PEOPLE, at=TIMES)
    def move(self, person: int, at: int) -> None:
        for booking in self._standing(person):
            self._try(
                partial(
                    bookings.move,
                    booking_id=booking.id,
                    contact_id=booking.contact_id,
                    appointment_time_id=self.times[at],
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

    @rule(person=PEOPLE, stop=st.integers(0, 1))
    def wait(self, person: int, stop: int) -> None:
        contact, talk = self.people[person]
        self._try(
            lambda session: waiting_list.join(
                session,
                contact_id=contact,
                conversation_id=talk,
                stop_id=self.stops[stop],
                name=f"Person {'abcde'[person]}",
                phone=self._phone(person),
                now=self.now,
            )
        )

    @rule(person=PEOPLE, yes=st.booleans())
    def answer(self, person: int, yes: bool) -> None:
        contact = self.people[person][0]
        with transaction(self.sessions) as session:
            for entry in waiting_list.of_contact(session, contact_id=contact):
                try:
                    with session.begin_nested():
                        if yes:
                            made = waiting_list.accept(
                                session, entry_id=entry.id, contact_id=contact, now=self.now
                            )
                            self.booked.add(made.id)
                        else:
                            waiting_list.refuse(session, entry_id=entry.id, contact_id=contact, now=self.now)
                except AnaM3akError:
                    continue

    @rule(stop=st.integers(0, 1))
    def call_off(self, stop: int) -> None:
        wish = Wish(kind="cancel", stop_id=self.stops[stop], plan=None)
        key = f"{self.stops[stop]}-{self.now.isoformat()}"
        self._try(
            lambda session: plan_changes.confirm(
                session, wish=wish, key=key, staff_id=None, now=self.now, grace=timedelta(minutes=2)
            )
        )

    @rule(minutes=st.sampled_from([1, 11, 125, 600, 1440]))
    def wait_a_while(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        texts = default_texts()
        with transaction(self.sessions) as session:
            reminder_sending.send_due(session, texts=texts, commune_name=_name, now=self.now)
            places.lapse_confirming(session, now=self.now)
            waiting_offers.round_of(session, texts=texts, commune_name=_name, now=self.now)
            announcements.release(session, now=self.now)
            announcements.send_due(session, texts=texts, commune_name=_name, now=self.now)

    def _standing(self, person: int) -> list[Booking]:
        with self.sessions() as session:
            contact = self.people[person][0]
            return list(bookings.active(session, contact_id=contact, now=self.now))

    def _try(self, act: Callable[[Session], object]) -> None:
        """What the product refuses is refused cleanly: nothing is left of it."""
        with transaction(self.sessions) as session:
            try:
                with session.begin_nested():
                    act(session)
            except AnaM3akError:
                return

    @invariant()
    def places_are_counted(self) -> None:
        with self.sessions() as session:
            for each in session.scalars(select(AppointmentTime)):
                taken = session.scalar(
                    select(func.count()).where(
                        Booking.appointment_time_id == each.id, Booking.status.in_(("active", "past"))
                    )
                )
                held = session.scalar(
                    select(func.count()).where(Hold.appointment_time_id == each.id, Hold.status == "held")
                )
                assert (each.taken, each.held) == (taken, held)
                assert each.taken + each.held <= each.capacity

    @invariant()
    def nobody_is_lost(self) -> None:
        with self.sessions() as session:
            kept = set(session.scalars(select(Booking.id).where(Booking.status != "cancelled")))
            assert self.booked <= kept
            offered = session.scalars(select(WaitingListEntry).where(WaitingListEntry.status == "offered"))
            for entry in offered:
                assert session.get_one(Hold, entry.hold_id).status == "held"

    @invariant()
    def nobody_is_told_twice_or_at_night(self) -> None:
        with self.sessions() as session:
            sent = session.scalars(select(OutboundMessage)).all()
            assert not [row for row in sent if is_quiet(row.created_at) and row.kind in ("reminder", "offer")]
            reminded = session.execute(
                select(func.count())
                .select_from(Reminder)
                .where(Reminder.status == "sent")
                .group_by(Reminder.booking_id, Reminder.booking_version, Reminder.kind)
                .having(func.count() > 1)
            ).all()
            assert reminded == []
            told = session.scalars(select(Announcement).where(Announcement.status == "sent")).all()
            assert len({row.outbound_id for row in told}) == len(told)
            assert len({(row.change_id, row.booking_id) for row in told}) == len(told)

    @invariant()
    def no_reminder_speaks_of_what_is_void(self) -> None:
        with self.sessions() as session:
            void = session.scalar(
                select(func.count())
                .select_from(Reminder)
                .join(Booking, Booking.id == Reminder.booking_id)
                .where(
                    Reminder.status == "due",
                    (Booking.status != "active") | (Booking.version != Reminder.booking_version),
                )
            )
            assert void == 0


def test_the_calendar_in_any_order(database: None) -> None:
    run_state_machine_as_test(
        Calendar,
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
