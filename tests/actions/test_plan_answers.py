"""What somebody says who was told that their appointment has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.core.texts import default_texts
from bot.services import announcements, plan_changes, waiting_offers
from bot.services.plan_wishes import Wish, plan_of
from bot.store.engine import transaction
from bot.store.models import Announcement, AppointmentTime, Booking, Stop, WaitingListEntry
from tests.actions.booking import FORM, all_bookings, booked, hour_of, places_taken
from tests.actions.talk import Talk

NEW_DAY = date(2026, 12, 15)
ACTION = "action_answer_change"


def changed(talk: Talk, *, day: date | None = NEW_DAY) -> Announcement:
    """The stop of Tiflet, where Sara has a place, is postponed (or cancelled without a new day), and Sara is told."""
    booking = booked(talk)
    with transaction(talk.sessions) as session:
        stop = session.get_one(Booking, booking.id).appointment_time.stop
        wish = Wish(
            kind="postpone" if day else "cancel",
            stop_id=stop.id,
            plan=replace(plan_of(stop), day=day) if day else None,
        )
        plan_changes.confirm(session, wish=wish, key="k", staff_id=None, now=talk.now, grace=timedelta(0))
    with transaction(talk.sessions) as session:
        announcements.release(session, now=talk.now)
        announcements.send_due(
            session,
            texts=default_texts(),
            commune_name=lambda code: {"fr": code, "ar": code},
            now=talk.now,
        )
    with talk.sessions() as session:
        return session.scalars(select(Announcement)).one()


def choose(talk: Talk, news: Announcement, choice: str) -> list[str]:
    return talk.hear(f'/answer_change{{"choice": "change_{choice}:{news.id}"}}').act(ACTION)


def test_keeping_confirms_the_new_day(talk: Talk) -> None:
    news = changed(talk)
    assert choose(talk, news, "keep") == ["utter_change_kept"]
    assert "mardi 15 décembre à 10:00" in talk.words()
    assert [hour_of(talk.sessions, each.appointment_time_id) for each in all_bookings(talk.sessions)] == [
        "15/12 10:00"
    ]


def test_a_turn_that_runs_twice_gives_up_once_and_says_the_same(talk: Talk) -> None:
    news = changed(talk)
    assert choose(talk, news, "give_up") == ["utter_booking_cancelled"]
    assert talk.act(ACTION) == ["utter_booking_cancelled"] * 2
    assert places_taken(talk.sessions) == 0


def test_another_time_opens_the_form_with_every_stop(talk: Talk) -> None:
    news = changed(talk)
    assert choose(talk, news, "other") == ["utter_moving", "utter_ask_booking_stop"]
    talk.press("Houderrane")
    talk.answer("11:00")
    assert talk.answer("ah", "affirm")[-1] == "utter_booking_moved"
    (booking,) = all_bookings(talk.sessions)
    assert (booking.id, booking.status) == (news.booking_id, "active")
    assert places_taken(talk.sessions) == 1


def test_a_bare_no_asks_what_instead(talk: Talk) -> None:
    news = changed(talk)
    assert choose(talk, news, "no") == ["utter_change_no"]
    assert talk.titles() == ["Un autre moment", "Annuler"]
    assert talk.hear(talk.payload("Annuler")).act(ACTION) == ["utter_booking_cancelled"]


def test_a_yes_later_on_keeps_it(talk: Talk) -> None:
    news = changed(talk)
    assert talk.hear("wakha", "affirm").act("action_affirm") == ["utter_change_kept"]
    assert talk.hear("wakha", "affirm").act("action_affirm") == ["utter_menu"]
    with talk.sessions() as session:
        assert session.get_one(Announcement, news.id).answer == "keep"


def test_news_that_were_overtaken_choose_nothing(talk: Talk) -> None:
    news = changed(talk)
    choose(talk, news, "give_up")
    assert choose(talk, news, "keep") == ["utter_change_old", "utter_no_booking"]
    assert places_taken(talk.sessions) == 0


def test_news_of_nobody_choose_nothing(talk: Talk) -> None:
    booked(talk)
    assert talk.hear('/answer_change{"choice": "change_give_up:999"}').act(ACTION)[0] == "utter_change_old"
    assert talk.hear('/answer_change{"choice": "change_give_up:x"}').act(ACTION)[0] == "utter_change_old"
    assert places_taken(talk.sessions) == 1


@pytest.fixture
def displaced(talk: Talk) -> Announcement:
    """Sara's stop is cancelled, and there is no room anywhere."""
    with transaction(talk.sessions) as session:
        for time in session.scalars(
            select(AppointmentTime).join(Stop).where(Stop.commune_code != "04.291.01.05")
        ):
            time.closed = True
    return changed(talk, day=None)


def test_who_has_no_place_may_wait(talk: Talk, displaced: Announcement) -> None:
    assert choose(talk, displaced, "keep") == ["utter_change_in_line"]
    assert talk.hear("rdv dyali", "check_booking").act("action_check_booking") == [
        "utter_waiting_status",
        "utter_booking_displaced",
    ]
    assert places_taken(talk.sessions) == 0


def test_who_waits_is_given_the_place_that_is_free_later_with_the_old_code(
    talk: Talk, displaced: Announcement
) -> None:
    choose(talk, displaced, "keep")
    (before,) = all_bookings(talk.sessions)
    with transaction(talk.sessions) as session:
        (entry,) = session.scalars(select(WaitingListEntry))
        time = session.scalars(
            select(AppointmentTime).where(AppointmentTime.stop_id == entry.stop_id)
        ).first()
        assert time is not None
        time.closed = False
        session.flush()
        waiting_offers.round_of(
            session,
            texts=default_texts(),
            commune_name=lambda code: {"fr": code, "ar": code},
            now=talk.now,
        )
    talk.hear(f'/check_booking{{"choice": "offer_yes:{entry.id}"}}')
    assert talk.act("action_check_booking") == ["utter_booking_made"]
    (booking,) = all_bookings(talk.sessions)
    assert (booking.status, booking.code) == ("active", before.code)
    assert places_taken(talk.sessions) == 1
    # The same choice once more is no second booking.
    talk.hear(f'/check_booking{{"choice": "offer_yes:{entry.id}"}}')
    assert talk.act("action_check_booking") == ["utter_booking_made"]
    assert len(all_bookings(talk.sessions)) == 1


def test_where_no_stop_lies_ahead_the_team_calls(talk: Talk, displaced: Announcement) -> None:
    with transaction(talk.sessions) as session:
        for stop in session.scalars(select(Stop)):
            stop.status = "cancelled"
    assert choose(talk, displaced, "keep") == ["utter_change_waiting"]


def test_who_has_no_place_may_take_one_that_is_free_later(talk: Talk, displaced: Announcement) -> None:
    with transaction(talk.sessions) as session:
        for time in session.scalars(select(AppointmentTime).join(Stop).where(Stop.status == "confirmed")):
            time.closed = False
    assert choose(talk, displaced, "other") == ["utter_change_choose", "utter_ask_booking_stop"]
    talk.press("Houderrane")
    talk.answer("11:00")
    assert talk.answer("ah", "affirm")[-1] == "utter_booking_moved"
    (booking,) = all_bookings(talk.sessions)
    assert (booking.status, places_taken(talk.sessions)) == ("active", 1)


def test_a_choice_in_the_middle_of_a_form_leaves_it(talk: Talk) -> None:
    news = changed(talk)
    talk.hear("bghit rdv f Oulmes", "book_slot").form(FORM)
    talk.answer(f'/answer_change{{"choice": "change_keep:{news.id}"}}')
    assert talk.refused
    assert talk.act("action_leave_form")[-1] == "utter_change_kept"
    assert talk.loop is None
