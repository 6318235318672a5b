"""Changes of plan: everybody follows, nobody is lost, and it can be undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.core.errors import NotFound
from bot.services import bookings, caravan_files, places
from bot.services.bookings import AlreadyBooked, TimeTaken
from bot.services.plan_wishes import PlanRefused
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Booking, PlanChange, Reminder, Stop
from tests.services.conftest import MakeConversation
from tests.services.editions import (
    FIRST,
    OULMES,
    ROMMANI,
    SECOND,
    TIFLET,
    at,
    edition,
    load,
    planned,
    stop_at,
)
from tests.services.plans import GRACE, NEW_DAY, Plans


@pytest.fixture
def plans(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Plans:
    """Tiflet on 3 December and Oulmes on the 7th: three hours from nine, two places each."""
    load(sessions, edition(), now)
    return Plans(sessions=sessions, now=now, make_conversation=make_conversation)


def test_a_postponement_takes_everybody_to_the_same_hour_of_the_new_day(plans: Plans) -> None:
    nine, ten = plans.book(9), plans.book(10)
    carried = plans.change("postpone", day=NEW_DAY)
    assert plans.where(nine) == ("active", TIFLET, "10/12 09:00")
    assert plans.where(ten) == ("active", TIFLET, "10/12 10:00")
    assert [each.outcome for each in carried.announcements] == ["same_hour", "same_hour"]
    old, new = plans.stop(), stop_at(plans.sessions, at(TIFLET, NEW_DAY))
    assert new is not None
    assert (old.status, old.version, old.moved_to_id) == ("postponed", 2, new.id)
    assert (new.status, len(new.appointment_times)) == ("confirmed", 3)
    assert plans.places_are_counted()


def test_reminders_of_the_old_day_are_void_and_the_new_day_has_its_own(
    plans: Plans, sessions: Sessions
) -> None:
    booking = plans.book(10)
    plans.change("postpone", day=NEW_DAY)
    with sessions() as session:
        rows = session.execute(select(Reminder.booking_version, Reminder.status, Reminder.due_at)).all()
    assert {row.status for row in rows if row.booking_version == 1} == {"void"}
    due = [row for row in rows if row.booking_version == plans.reload(booking).version]
    assert {row.status for row in due} == {"due"}
    assert {row.due_at.date() for row in due} == {date(2026, 12, 9), date(2026, 12, 10)}


def test_who_finds_no_room_there_goes_to_the_nearest_stop_with_room(plans: Plans) -> None:
    first, second = plans.book(9), plans.book(9)
    plans.change("postpone", day=NEW_DAY, advisers=1, closes_at=time(10))
    assert plans.where(first) == ("active", TIFLET, "10/12 09:00")
    assert plans.where(second) == ("active", OULMES, "07/12 09:00")
    assert plans.places_are_counted()


def test_a_move_takes_everybody_to_the_other_place(plans: Plans) -> None:
    booking = plans.book(11)
    plans.change("move", commune_code=ROMMANI, latitude=33.5, longitude=-6.6)
    assert plans.where(booking) == ("active", ROMMANI, "03/12 11:00")
    assert plans.stop().status == "moved"


def test_another_venue_in_the_same_commune_keeps_the_hour(plans: Plans) -> None:
    booking = plans.book(11)
    (told,) = plans.change("move", venue_fr="Salle", venue_ar="القاعة").announcements
    assert plans.where(booking) == ("active", TIFLET, "03/12 11:00")
    assert (told.outcome, told.from_time_id) == ("venue", told.to_time_id)
    assert (plans.stop().status, plans.stop().venue_fr) == ("confirmed", "Salle")
    assert plans.places_are_counted()


def test_people_of_a_cancelled_stop_get_the_nearest_one(plans: Plans) -> None:
    bookings_made = [plans.book(9), plans.book(9), plans.book(10)]
    plans.change("cancel")
    assert [plans.where(each) for each in bookings_made] == [
        ("active", OULMES, "07/12 09:00"),
        ("active", OULMES, "07/12 09:00"),
        ("active", OULMES, "07/12 10:00"),
    ]
    assert plans.stop().status == "cancelled"


def test_nobody_is_lost_where_there_is_no_room_at_all(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    load(sessions, edition(planned(TIFLET, FIRST)), now)
    booking = plans.book()
    (told,) = plans.change("cancel").announcements
    assert (told.outcome, told.to_time_id) == ("none", None)
    assert plans.where(booking)[0] == "displaced"
    assert plans.places_are_counted()
    with sessions() as session:
        assert [each.id for each in bookings.active(session, contact_id=booking.contact_id, now=now)] == [
            booking.id
        ]
        assert set(session.scalars(select(Reminder.status))) == {"void"}


def test_a_shorter_day_moves_only_those_outside_it_and_keeps_the_hours(plans: Plans) -> None:
    early, late = plans.book(9), plans.book(11)
    (told,) = plans.change("hours", closes_at=time(11)).announcements
    assert plans.where(early) == ("active", TIFLET, "03/12 09:00")
    assert plans.where(late) == ("active", TIFLET, "03/12 10:00")
    assert (told.booking_id, told.outcome) == (late.id, "other_hour")
    stop = plans.stop()
    assert (stop.status, stop.closes_at) == ("confirmed", time(11))
    assert [time.closed for time in stop.appointment_times] == [False, False, True]


def test_fewer_advisers_keep_those_who_booked_first(plans: Plans) -> None:
    first, second = plans.book(9), plans.book(9)
    (told,) = plans.change("advisers", advisers=1).announcements
    assert plans.where(first) == ("active", TIFLET, "03/12 09:00")
    assert plans.where(second) == ("active", TIFLET, "03/12 10:00")
    assert told.booking_id == second.id
    assert [time.capacity for time in plans.stop().appointment_times] == [1, 1, 1]
    assert plans.places_are_counted()


def test_people_who_come_for_a_service_go_where_it_is(plans: Plans, sessions: Sessions) -> None:
    booking = plans.book(9, service="jobs")
    with transaction(sessions) as session:
        oulmes = session.scalars(select(Stop).where(Stop.commune_code == OULMES)).one()
        for each in oulmes.appointment_times[:2]:
            each.service = "financing"
    plans.change("cancel")
    assert plans.where(booking) == ("active", OULMES, "07/12 11:00")


def test_the_new_day_may_be_one_that_stands_already(plans: Plans, sessions: Sessions, now: datetime) -> None:
    load(sessions, edition(planned(TIFLET, FIRST), planned(TIFLET, SECOND)), now)
    other = stop_at(sessions, at(TIFLET, SECOND))
    assert other is not None
    taken = [plans.book(9, stop=other), plans.book(9, stop=other)]
    booking = plans.book(9)
    plans.change("postpone", day=SECOND)
    assert plans.where(booking) == ("active", TIFLET, "07/12 10:00")
    assert {plans.where(each) for each in taken} == {("active", TIFLET, "07/12 09:00")}


def test_a_stop_may_come_back_to_the_day_from_which_it_was_taken(plans: Plans) -> None:
    booking = plans.book(9)
    plans.change("postpone", day=NEW_DAY)
    new = stop_at(plans.sessions, at(TIFLET, NEW_DAY))
    plans.change("postpone", key="k2", stop=new, day=FIRST)
    assert plans.where(booking) == ("active", TIFLET, "03/12 09:00")
    back = plans.stop()
    assert (back.status, back.moved_to_id) == ("confirmed", None)
    assert plans.places_are_counted()


def test_what_is_over_stays_as_it_was(plans: Plans) -> None:
    early, late = plans.book(9), plans.book(11)
    plans.now = datetime(2026, 12, 3, 10, 15, tzinfo=plans.now.tzinfo) - timedelta(hours=1)
    (told,) = plans.change("cancel").announcements
    assert told.booking_id == late.id
    assert plans.where(early) == ("active", TIFLET, "03/12 09:00")


def test_the_same_decision_sent_twice_is_carried_out_once(plans: Plans, sessions: Sessions) -> None:
    booking = plans.book()
    first = plans.change("postpone", day=NEW_DAY)
    again = plans.change("postpone", day=NEW_DAY)
    assert again.change.id == first.change.id
    assert [each.id for each in again.announcements] == [each.id for each in first.announcements]
    assert plans.reload(booking).version == 2
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(PlanChange)) == 1


def test_two_clicks_at_once_are_one_decision(plans: Plans) -> None:
    booking = plans.book()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: plans.change("postpone", day=NEW_DAY).change.id, range(4)))
    assert len(set(done)) == 1
    assert plans.reload(booking).version == 2


@pytest.mark.parametrize(
    ("kind", "changed", "problem"),
    [
        ("postpone", {"day": date(2026, 11, 23)}, "plan_past"),
        ("postpone", {}, "plan_same_day"),
        ("move", {}, "plan_same"),
        ("hours", {"closes_at": time(13)}, "plan_longer"),
        ("advisers", {"advisers": 3}, "plan_more_advisers"),
        ("postpone", {"day": NEW_DAY, "closes_at": time(9, 10)}, "plan_no_times"),
    ],
)
def test_what_makes_no_sense_is_refused(
    plans: Plans, kind: str, changed: dict[str, Any], problem: str
) -> None:
    booking = plans.book()
    with pytest.raises(PlanRefused) as refused:
        plans.change(kind, **changed)
    assert refused.value.problem == problem
    assert plans.reload(booking).version == 1


def test_a_stop_that_does_not_stand_is_not_changed_again(plans: Plans) -> None:
    plans.change("cancel")
    with pytest.raises(PlanRefused, match="plan_stop_gone"):
        plans.change("postpone", key="k2", day=NEW_DAY)
    with pytest.raises(NotFound):
        plans.change("cancel", key="k3", stop=Stop(id=999))


def test_a_day_that_is_over_is_not_changed(plans: Plans) -> None:
    plans.now += timedelta(days=12)
    with pytest.raises(PlanRefused, match="plan_stop_over"):
        plans.change("cancel")


def test_the_news_waits_for_the_grace_and_for_the_morning(plans: Plans, now: datetime) -> None:
    plans.book()
    (told,) = plans.change("postpone", day=NEW_DAY).announcements
    assert told.due_at == now + GRACE
    plans.book(9, stop=stop_at(plans.sessions, at(TIFLET, NEW_DAY)))
    plans.now = datetime(2026, 11, 24, 22, 30, tzinfo=now.tzinfo)
    late = plans.change("cancel", key="k2", stop=stop_at(plans.sessions, at(TIFLET, NEW_DAY)))
    assert {f"{each.due_at:%d %H:%M}" for each in late.announcements} == {"25 08:00"}


def test_undoing_puts_everything_back(plans: Plans, sessions: Sessions) -> None:
    nine, ten = plans.book(9), plans.book(10)
    carried = plans.change("postpone", day=NEW_DAY)
    plans.undo(carried.change)
    assert plans.where(nine) == ("active", TIFLET, "03/12 09:00")
    assert plans.where(ten) == ("active", TIFLET, "03/12 10:00")
    stop = plans.stop()
    assert (stop.status, stop.version, stop.moved_to_id) == ("confirmed", 3, None)
    assert [(time.capacity, time.closed) for time in stop.appointment_times] == [(2, False)] * 3
    new = stop_at(sessions, at(TIFLET, NEW_DAY))
    assert new is not None
    assert new.status == "cancelled"
    assert {each.status for each in plans.announcements()} == {"void"}
    assert plans.places_are_counted()
    with sessions() as session:
        version = plans.reload(nine).version
        due = session.scalars(
            select(Reminder.status).where(Reminder.booking_id == nine.id, Reminder.booking_version == version)
        )
        assert set(due) == {"due"}


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("hours", {"closes_at": time(11)}),
        ("advisers", {"advisers": 1}),
        ("move", {"venue_fr": "Salle"}),
        ("cancel", {}),
    ],
)
def test_every_kind_of_change_can_be_undone(plans: Plans, kind: str, changed: dict[str, Any]) -> None:
    people = [plans.book(9), plans.book(9), plans.book(11)]
    before = [plans.where(each) for each in people]
    plans.undo(plans.change(kind, **changed).change)
    assert [plans.where(each) for each in people] == before
    stop = plans.stop()
    assert (stop.status, stop.closes_at, stop.advisers, stop.venue_fr) == ("confirmed", time(12), 2, "Place")
    assert [(time.capacity, time.closed) for time in stop.appointment_times] == [(2, False)] * 3
    assert plans.places_are_counted()


def test_undoing_twice_is_undoing_once(plans: Plans) -> None:
    booking = plans.book()
    change = plans.change("cancel").change
    plans.undo(change)
    version = plans.reload(booking).version
    plans.undo(change)
    assert plans.reload(booking).version == version


def test_who_went_elsewhere_meanwhile_stays_there(plans: Plans, sessions: Sessions, now: datetime) -> None:
    mover, quitter = plans.book(9), plans.book(10)
    change = plans.change("postpone", day=NEW_DAY).change
    oulmes = stop_at(sessions, at(OULMES, SECOND))
    assert oulmes is not None
    with transaction(sessions) as session:
        bookings.move(
            session,
            booking_id=mover.id,
            contact_id=mover.contact_id,
            appointment_time_id=oulmes.appointment_times[0].id,
            now=now,
        )
        bookings.cancel(session, booking_id=quitter.id, contact_id=quitter.contact_id, now=now)
    plans.undo(change)
    assert plans.where(mover) == ("active", OULMES, "07/12 09:00")
    assert plans.where(quitter)[0] == "cancelled"
    assert plans.places_are_counted()


def test_nothing_is_undone_once_people_were_told(plans: Plans, sessions: Sessions) -> None:
    booking = plans.book()
    change = plans.change("cancel").change
    with transaction(sessions) as session:
        session.get_one(PlanChange, change.id).status = "told"
    with pytest.raises(PlanRefused, match="plan_told_already"):
        plans.undo(change)
    assert plans.where(booking)[1] == OULMES


def test_nothing_is_undone_where_strangers_took_places_on_the_new_day(
    plans: Plans, sessions: Sessions
) -> None:
    plans.book()
    change = plans.change("postpone", day=NEW_DAY).change
    plans.book(11, stop=stop_at(sessions, at(TIFLET, NEW_DAY)))
    with pytest.raises(PlanRefused, match="plan_others_came"):
        plans.undo(change)


def test_changes_of_one_stop_are_undone_last_first(plans: Plans) -> None:
    plans.book()
    first = plans.change("advisers", advisers=1).change
    second = plans.change("hours", key="k2", closes_at=time(11)).change
    with pytest.raises(PlanRefused, match="plan_changed_since"):
        plans.undo(first)
    plans.undo(second)


def test_a_file_does_not_bring_back_what_the_staff_postponed(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    booking = plans.book()
    plans.change("postpone", day=NEW_DAY)
    with pytest.raises(caravan_files.CaravanInUse) as refused:
        load(sessions, edition(), now)
    assert refused.value.stops == (at(TIFLET, NEW_DAY),)
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
    load(sessions, edition(), now)
    assert plans.stop().status == "postponed"
    withdrawn = stop_at(sessions, at(TIFLET, NEW_DAY))
    assert withdrawn is not None
    assert withdrawn.status == "cancelled"


@pytest.mark.parametrize("round_", range(3))
def test_people_who_act_while_the_plan_changes_are_neither_lost_nor_counted_twice(
    plans: Plans, sessions: Sessions, now: datetime, round_: int
) -> None:
    load(
        sessions,
        edition(planned(TIFLET, FIRST, advisers=12), planned(OULMES, SECOND, advisers=30)),
        now,
    )
    made = [plans.book(9 + number % 3) for number in range(18)]
    people = [plans.make_conversation(f"+2126200000{number:02d}") for number in range(8)]
    tiflet, oulmes = plans.stop(), stop_at(sessions, at(OULMES, SECOND))
    assert oulmes is not None

    def act(number: int) -> None:
        try:
            with transaction(sessions) as session:
                if number < 6:
                    bookings.move(
                        session,
                        booking_id=made[number].id,
                        contact_id=made[number].contact_id,
                        appointment_time_id=oulmes.appointment_times[(number + round_) % 3].id,
                        now=now,
                    )
                elif number < 12:
                    gone = made[number]
                    bookings.cancel(session, booking_id=gone.id, contact_id=gone.contact_id, now=now)
                else:
                    person = people[number - 12]
                    bookings.book(
                        session,
                        contact_id=person.contact_id,
                        conversation_id=person.id,
                        appointment_time_id=tiflet.appointment_times[number % 3].id,
                        name=f"New {number}",
                        phone="+212612345678",
                        now=now,
                    )
        except (TimeTaken, NotFound, AlreadyBooked):
            pass

    with ThreadPoolExecutor(8) as pool:
        acts = [pool.submit(act, number) for number in range(10)]
        change = pool.submit(plans.change, "postpone", day=NEW_DAY)
        acts += [pool.submit(act, number) for number in range(10, 20)]
        change.result()
        for each in acts:
            each.result()
    assert plans.places_are_counted()
    with sessions() as session:
        left = session.scalar(
            select(func.count())
            .select_from(Booking)
            .join(AppointmentTime)
            .where(AppointmentTime.stop_id == tiflet.id, Booking.status == "active")
        )
        statuses = [session.get_one(Booking, each.id).status for each in made]
    assert left == 0
    assert statuses == ["active"] * 6 + ["cancelled"] * 6 + ["active"] * 6


def test_what_is_held_for_somebody_is_not_given_away_and_not_kept_either(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    first, reader = plans.book(9), plans.make_conversation("+212655555555")
    nine = plans.stop().appointment_times[0]
    with transaction(sessions) as session:
        places.confirming(session, nine.id, contact_id=reader.contact_id, service=None, now=now)
    plans.book(10)
    plans.change("advisers", advisers=1)
    assert plans.where(first) == ("active", TIFLET, "03/12 09:00")
    with pytest.raises(TimeTaken), transaction(sessions) as session:
        bookings.book(
            session,
            contact_id=reader.contact_id,
            conversation_id=reader.id,
            appointment_time_id=nine.id,
            name="Reader",
            phone="+212655555555",
            now=now,
        )
    assert [each.capacity for each in plans.stop().appointment_times] == [2, 1, 1]


def test_a_place_that_is_held_elsewhere_is_no_room(plans: Plans, sessions: Sessions, now: datetime) -> None:
    booking, reader = plans.book(9), plans.make_conversation("+212655555555")
    oulmes = stop_at(sessions, at(OULMES, SECOND))
    assert oulmes is not None
    with transaction(sessions) as session:
        nine = session.get_one(AppointmentTime, oulmes.appointment_times[0].id)
        nine.capacity = 1
        places.confirming(session, nine.id, contact_id=reader.contact_id, service=None, now=now)
    plans.change("cancel")
    assert plans.where(booking) == ("active", OULMES, "07/12 10:00")
