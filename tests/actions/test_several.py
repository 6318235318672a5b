"""Several things in one message: every question is answered, in order, and what is wanted beside them is done."""

from __future__ import annotations

from tests.actions.booking import FORM, asked_for_time, booked
from tests.actions.talk import Talk


def test_two_questions_in_their_order(talk: Talk) -> None:
    keys = talk.hear("wach fabor w chkon kay9ra chnou", "ask_cost", also=["ask_privacy"]).act("action_answer")
    assert keys == ["utter_fact", "utter_privacy"]


def test_a_thank_you_beside_a_question_needs_no_answer(talk: Talk) -> None:
    assert talk.hear("chokran, wach fabor", "ask_cost", also=["thank"]).act("action_answer") == ["utter_fact"]


def test_ones_own_appointment_beside_a_question(talk: Talk) -> None:
    keys = talk.hear("wach fabor w fin rdv dyali", "ask_cost", also=["check_booking"]).act("action_answer")
    assert keys == ["utter_fact", "utter_no_booking"]


def test_a_question_beside_a_booking_is_answered_and_the_booking_begins(talk: Talk) -> None:
    keys = talk.hear("wach fabor w bghit rdv f Tiflet", "book_slot", also=["ask_cost"]).form(FORM)
    assert (keys[0], keys[-1]) == ("utter_fact", "utter_ask_booking_stop")
    assert talk.slots["booking_place"]["commune"] == "04.291.01.05"


def test_the_way_there_beside_a_booking_is_told_once(talk: Talk) -> None:
    keys = talk.hear("bghit rdv f Tiflet w fin bdebt", "book_slot", also=["ask_directions"]).form(FORM)
    assert keys.count("utter_stop_here") == 1
    assert keys[-1] == "utter_ask_booking_stop"


def test_a_question_about_a_place_that_is_not_named_is_left_to_the_booking(talk: Talk) -> None:
    keys = talk.hear("bghit rdv w fin ntouma", "book_slot", also=["ask_directions"]).form(FORM)
    assert keys == ["utter_ask_booking_place"]


def test_an_hour_and_a_question_in_the_middle_of_a_booking(talk: Talk) -> None:
    keys = asked_for_time(talk).answer("m3a 10:00, w wach fabor?", "ask_cost")
    assert keys == ["utter_fact", "utter_ask_booking_name"]
    assert not talk.refused


def test_a_question_beside_moving_a_booking(talk: Talk) -> None:
    booked(talk)
    keys = talk.hear("bghit nbeddel rdv, w wach fabor", "reschedule_booking", also=["ask_cost"]).act(
        "action_start_move"
    )
    assert keys[:2] == ["utter_fact", "utter_moving"]


def test_a_question_beside_asking_for_a_coach(talk: Talk) -> None:
    keys = talk.hear("3tini mostachar, w wach fabor", "talk_to_human", also=["ask_cost"]).act(
        "action_request_coach"
    )
    assert keys == ["utter_fact", "utter_handoff", "utter_meanwhile"]


def test_a_wish_beside_a_question(talk: Talk) -> None:
    keys = talk.hear("wach fabor? w jawbni b français", "ask_cost", also=["change_language"]).act(
        "action_answer"
    )
    assert keys == ["utter_fact", "utter_language_changed"]


def test_an_idea_beside_a_question_is_asked_for(talk: Talk) -> None:
    keys = talk.hear("wach fabor? 3ndi fikra", "ask_cost", also=["submit_idea"]).act("action_answer")
    assert keys == ["utter_fact", "utter_ask_idea_what"]
    assert talk.loop == "idea_form"
