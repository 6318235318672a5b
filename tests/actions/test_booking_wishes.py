"""Other days and places, said in the middle of the form; what was refused is not offered again; days and names that are none."""

from __future__ import annotations

import pytest

from tests.actions.booking import asked_for_name, asked_for_stop, asked_for_time, asked_to_confirm, booked
from tests.actions.talk import Talk


@pytest.mark.parametrize("said", ["le lendemain", "nhar li mn b3d", "نهار لي من بعد", "في اليوم التالي"])
@pytest.mark.parametrize("intent", ["inform", "ask_dates", "out_of_scope"])
def test_the_day_after_offers_the_stops_of_the_days_that_follow(talk: Talk, said: str, intent: str) -> None:
    assert asked_for_time(talk).answer(said, intent) == ["utter_which_day"]
    assert talk.offered()
    assert not any("Tiflet" in title for title in talk.titles())
    days = talk.said[-1].options
    assert all("2026-12-01" < option["day"] <= "2026-12-09" for option in days if "day" in option)


@pytest.mark.parametrize("said", ["un autre endroit", "blassa khra", "بلاصة أخرى", "مكان آخر"])
@pytest.mark.parametrize("intent", ["ask_directions", "ask_nearest_stop", "inform"])
def test_another_place_offers_the_others(talk: Talk, said: str, intent: str) -> None:
    assert asked_for_time(talk).answer(said, intent) == ["utter_ask_booking_stop"]
    assert not any("Tiflet" in title for title in talk.titles())


def test_a_stop_that_was_given_up_comes_back_where_it_is_named(talk: Talk) -> None:
    asked_for_time(talk).answer("un autre endroit")
    talk.answer("Tiflet")
    assert talk.slots["requested_slot"] == "booking_time"


def test_an_hour_that_was_given_up_is_not_offered_again(talk: Talk) -> None:
    asked_to_confirm(talk, hour="10:00").answer("la", "deny")
    talk.press("heure")
    assert "10:00" not in talk.titles()
    assert "09:00" in talk.titles()


def test_to_move_to_the_day_after_begins_with_other_days(talk: Talk) -> None:
    booked(talk)
    talk.hear("je veux changer pour le lendemain", "reschedule_booking").act("action_start_move")
    assert talk.keys() == ["utter_moving", "utter_which_day"]
    assert not any("1 décembre" in title for title in talk.titles())


@pytest.mark.parametrize(("said", "hour"), [("9", "09:00"), ("3", "15:00")])
def test_a_number_that_is_no_choice_is_an_hour(talk: Talk, said: str, hour: str) -> None:
    asked_for_time(talk).answer(said)
    assert talk.slots["booking_time"] is not None
    assert talk.answer("Sara Benali") == ["utter_ask_booking_confirmed"]
    assert hour in talk.words()


def test_where_it_is_asked_in_the_middle_gets_no_list_whose_numbers_are_taken(talk: Talk) -> None:
    asked_for_time(talk).answer("fin jat?", "ask_directions")
    assert talk.refused
    assert talk.act("action_answer") == ["utter_stop_here", "utter_stop_venue"]


@pytest.mark.parametrize("said", ["le 31 février", "nhar 31 fbrayer", "يوم 31 فبراير", "31/02"])
def test_a_day_that_no_month_has(talk: Talk, said: str) -> None:
    assert asked_for_stop(talk).answer(said) == ["utter_no_such_day", "utter_ask_booking_stop"]


def test_a_day_that_no_month_has_where_the_hour_was_asked(talk: Talk) -> None:
    assert asked_for_time(talk).answer("31 février")[0] == "utter_no_such_day"
    assert talk.slots["requested_slot"] == "booking_time"


@pytest.mark.parametrize("said", ["hier", "lbare7", "البارح", "أمس"])
def test_a_day_that_has_passed(talk: Talk, said: str) -> None:
    assert asked_for_stop(talk).answer(said) == ["utter_day_passed", "utter_ask_booking_stop"]


@pytest.mark.parametrize("said", ["asdfgh", "azerty", "aaaa", "شسيب"])
def test_a_row_of_the_keyboard_is_no_name(talk: Talk, said: str) -> None:
    assert asked_for_name(talk).answer(said) == ["utter_name_no_name", "utter_ask_booking_name"]


@pytest.mark.parametrize("said", ["wach momkin f l3chiya", "هل يمكن بعد الظهر؟"])
def test_a_part_of_the_day_in_a_question_about_hours_is_a_wish(talk: Talk, said: str) -> None:
    asked_for_time(talk).answer(said, "ask_opening_hours")
    assert talk.slots["booking_wish"] == "afternoon"


@pytest.mark.parametrize(
    ("said", "intent"),
    [("makan9derch nji dak nhar", "out_of_scope"), ("je travaille ce jour-là", "ask_jobs")],
)
def test_who_cannot_come_that_day_is_offered_others(talk: Talk, said: str, intent: str) -> None:
    assert asked_for_time(talk).answer(said, intent) == ["utter_ask_booking_stop"]
    assert not any("Tiflet" in title for title in talk.titles())
