from __future__ import annotations

import pytest

from tests.actions.talk import Talk


def test_a_known_fact_is_told_and_nothing_else(talk: Talk) -> None:
    assert talk.hear("chkoun mnddem had l9afila", "ask_organizers").act("action_answer") == ["utter_fact"]
    assert "ANAPEC" in talk.words()
    assert talk.offered() == ()


def test_where_the_file_admits_not_to_know_a_coach_is_offered(talk: Talk) -> None:
    assert talk.hear("chno lwra9", "ask_documents").act("action_answer") == ["utter_fact"]
    assert [button.payload for button in talk.offered()] == ["/talk_to_human"]


def test_several_questions_are_answered_in_their_order(talk: Talk) -> None:
    talk.hear("c'est gratuit ? et qui organise ?", "ask_cost", also=["ask_organizers"])
    assert talk.act("action_answer") == ["utter_fact", "utter_fact"]
    assert "gratuites" in talk.said[0].text
    assert "ANAPEC" in talk.said[1].text


def test_two_questions_about_places_have_one_answer(talk: Talk) -> None:
    talk.hear("fin w imta f Tiflet", "ask_stop_date", also=["ask_nearest_stop", "ask_cost"])
    keys = talk.act("action_answer")
    assert keys.count("utter_stop_here") == 1
    assert (keys[0], keys[-1]) == ("utter_fact", "utter_book_here_or_near")


def test_what_asks_for_a_place_comes_last(talk: Talk) -> None:
    talk.hear(
        "wach fabor, fin, imta w chno njib",
        "ask_dates",
        also=["ask_nearest_stop", "ask_cost", "ask_documents"],
    )
    assert talk.act("action_answer") == ["utter_fact", "utter_fact", "utter_fact", "utter_ask_place"]


@pytest.mark.parametrize("intent", ["ask_financing", "ask_project_support"])
def test_who_asks_for_a_project_may_tell_it(talk: Talk, intent: str) -> None:
    talk.hear("3ndi machro3 w khassni tamwil", intent).act("action_answer")
    assert "/submit_idea" in [button.payload for button in talk.offered()]
    talk.hear("3ndi machro3 w khassni tamwil", intent, also=["submit_idea"]).act("action_answer")
    assert "/submit_idea" not in [button.payload for button in talk.offered()]


def test_where_the_caravan_will_be_gets_the_next_stops_and_a_commune_will_do(talk: Talk) -> None:
    keys = talk.hear("fin katkoun l9afila", "ask_dates").act("action_answer")
    assert keys == ["utter_example_timetable", "utter_where_next"]
    assert len(talk.offered()) == 4
    assert "utter_stop_here" in talk.hear("Tiflet").act("action_inform")
    assert "utter_stop_here" in talk.hear("w fin katkoun", "ask_dates").act("action_answer")


def test_a_commune_that_is_told_beside_a_question_need_not_be_told_again(talk: Talk) -> None:
    talk.hear("ana sakn f Tiflet, wach n9der nji?", "ask_eligibility").act("action_answer")
    assert "utter_stop_here" in talk.hear("w imta l3ndna?", "ask_stop_date").act("action_answer")


def test_the_dates_come_with_the_calendar_and_the_example_is_announced_once(talk: Talk) -> None:
    keys = talk.hear("c'est quand ?", "ask_dates").act("action_answer")
    assert keys == ["utter_fact", "utter_example_timetable", "utter_calendar"]
    calendar = talk.said[-1].values
    assert calendar == {"first": "2026-11-27", "last": "2026-12-21", "count": 16}
    keys = talk.hear("et quand ?", "ask_dates").act("action_answer")
    assert keys == ["utter_fact", "utter_calendar"]


def test_the_turn_that_announced_the_example_says_so_again_when_it_runs_again(talk: Talk) -> None:
    talk.hear("c'est quand ?", "ask_dates").act("action_answer")
    talk.said = []
    assert "utter_example_timetable" in talk.act("action_answer")


def test_after_the_last_stop_there_is_no_calendar(talk: Talk) -> None:
    talk.now = talk.now.replace(year=2027)
    assert talk.hear("c'est quand ?", "ask_dates").act("action_answer") == ["utter_fact", "utter_no_stops"]


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("ask_privacy", "utter_privacy"),
        ("bot_challenge", "utter_bot_challenge"),
        ("thank", "utter_thank"),
        ("goodbye", "utter_goodbye"),
        ("check_idea", "utter_no_idea_yet"),
    ],
)
def test_fixed_answers(talk: Talk, intent: str, key: str) -> None:
    assert talk.hear("…", intent).act("action_answer") == [key]


def test_an_answer_ends_the_row_of_misunderstandings(talk: Talk) -> None:
    talk.hear("zxcv", "out_of_scope").act("action_not_understood")
    talk.hear("wach fabor", "ask_cost").act("action_answer")
    assert talk.hear("zxcv", "out_of_scope").act("action_not_understood") == ["utter_not_understood"]


def test_the_dates_for_a_place_that_is_known_are_those_of_its_stop(talk: Talk) -> None:
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    keys = talk.hear("chhal mn nhar", "ask_dates").act("action_answer")
    assert "utter_stop_here" in keys
    assert "utter_calendar" not in keys
