"""Whatever happens in whatever order: no place is sold twice, nobody is lost, everybody is told of every change once, never at night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import reminder_rules
from bot.core.booking_rules import BOOKABLE_STOP
from bot.core.reminder_rules import CASABLANCA
from bot.core.visit_rules import is_quiet
from bot.store.engine import Sessions
from bot.store.models import (
    Announcement,
    AppointmentTime,
    Booking,
    Call,
    Hold,
    OutboundMessage,
    PlanChange,
    Reminder,
    WaitingListEntry,
)
from tests.services.calendar_machine import Calendar
from tests.services.calendar_world import SESSIONS


@pytest.fixture
def database(sessions: Sessions) -> Iterator[None]:
    SESSIONS.append(sessions)
    yield
    SESSIONS.clear()


class CheckedCalendar(Calendar):
    """The calendar with what has to hold after each step."""

    @invariant()
    def places_are_counted(self) -> None:
        with self.sessions() as session:
            taken = Counter(
                session.scalars(
                    select(Booking.appointment_time_id).where(Booking.status.in_(("active", "past")))
                )
            )
            held = Counter(session.scalars(select(Hold.appointment_time_id).where(Hold.status == "held")))
            for each in session.scalars(select(AppointmentTime)):
                assert (each.taken, each.held) == (taken[each.id], held[each.id])
                assert each.taken + each.held <= each.capacity

    @invariant()
    def nobody_is_lost(self) -> None:
        """Whoever has not given up has a place at a stop that stands, or is to be told, called, or offered one."""
        with self.sessions() as session:
            kept = session.scalars(select(Booking).where(Booking.id.in_(self.booked))).all()
            assert len(kept) == len(self.booked)
            for booking in kept:
                assert booking.status != "cancelled"
                if booking.status == "active" and booking.appointment_time.starts_at >= self.now:
                    _check_it_stands(booking.appointment_time)
                elif booking.status == "displaced":
                    assert _is_seen_to(session, booking)

    @invariant()
    def whoever_is_asked_has_a_place_kept(self) -> None:
        with self.sessions() as session:
            offered = session.scalars(
                select(WaitingListEntry).where(WaitingListEntry.status == "offered")
            ).all()
            holds = [session.get_one(Hold, entry.hold_id) for entry in offered]
            assert {hold.status for hold in holds} <= {"held"}
            assert len({hold.id for hold in holds}) == len(holds)
            asked = session.scalar(select(func.count()).where(OutboundMessage.kind == "offer")) or 0
            kept = session.scalar(select(func.count()).where(Hold.purpose == "offer")) or 0
            assert asked <= kept

    @invariant()
    def each_person_is_told_of_every_change_once(self) -> None:
        with self.sessions() as session:
            news = session.scalars(select(Announcement)).all()
            messages = Counter(
                session.scalars(
                    select(OutboundMessage.contact_id).where(OutboundMessage.kind == "announcement")
                )
            )
            assert messages == Counter(each.contact_id for each in news if each.outbound_id is not None)
            for each in news:
                assert (each.outbound_id is not None) == (each.status == "sent")
                change, booking = each.change, each.booking
                if each.status == "void":
                    # Never told, because it was taken back, or is not true any more.
                    assert change.status == "undone" or booking.version > each.booking_version
                elif change.status == "told" and each.due_at <= self.told_at:
                    assert each.status == "sent"
                if change.status != "told":
                    assert each.outbound_id is None

    @invariant()
    def nobody_is_written_to_at_night(self) -> None:
        early = (
            select(Announcement.outbound_id)
            .join(Announcement.from_time)
            .where(AppointmentTime.starts_at - OutboundMessage.created_at < timedelta(hours=12))
        )
        with self.sessions() as session:
            sent = session.scalars(
                select(OutboundMessage).where(OutboundMessage.id.not_in(early.correlate(OutboundMessage)))
            ).all()
        assert not [row for row in sent if is_quiet(row.created_at)]

    @invariant()
    def each_booking_has_its_reminders_and_no_other(self) -> None:
        with self.sessions() as session:
            void = (Booking.status != "active") | (Booking.version != Reminder.booking_version)
            stray = select(func.count()).select_from(Reminder).join(Reminder.booking)
            assert session.scalar(stray.where(Reminder.status == "due", void)) == 0
            due = {
                (row.booking_id, row.kind)
                for row in session.scalars(select(Reminder).where(Reminder.status == "due"))
            }
            for booking in session.scalars(select(Booking).where(Booking.status == "active")):
                starts_at = booking.appointment_time.starts_at
                expected = reminder_rules.reminders_for(starts_at=starts_at, booked_at=self.now)
                assert {(booking.id, each.kind) for each in expected} <= due
            written = session.scalars(
                select(OutboundMessage.id).where(OutboundMessage.kind == "reminder")
            ).all()
            noted = session.execute(select(Reminder.outbound_id, Reminder.chat_outbound_id)).all()
            assert sorted(written) == sorted(number for row in noted for number in row if number is not None)


def _check_it_stands(time: AppointmentTime) -> None:
    """Somebody will be received there at that hour."""
    stop = time.stop
    assert stop.status in BOOKABLE_STOP
    local = time.starts_at.astimezone(CASABLANCA)
    assert local.date() == stop.day
    assert stop.opens_at <= local.time() < stop.closes_at


def _is_seen_to(session: Session, booking: Booking) -> bool:
    """Whether who has no place is going to be told, was told and is on the list of calls, has answered, or stands in line."""
    news = session.scalar(
        select(Announcement)
        .join(PlanChange)
        .where(
            Announcement.booking_id == booking.id,
            Announcement.booking_version == booking.version,
            PlanChange.status != "undone",
        )
    )
    call = session.scalar(select(Call.id).where(Call.booking_id == booking.id, Call.done_at.is_(None)))
    line = session.scalar(
        select(WaitingListEntry.id).where(
            WaitingListEntry.contact_id == booking.contact_id,
            WaitingListEntry.status.in_(("waiting", "offered")),
        )
    )
    told = news is not None and (news.status == "held" or news.answer is not None)
    return told or call is not None or line is not None


def test_the_calendar_in_any_order(database: None) -> None:
    run_state_machine_as_test(
        CheckedCalendar,
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            database=None,
            # Looking for the shortest way to a failure takes minutes; add Phase.shrink to look for it.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
