from __future__ import annotations

from tests.actions.talk import Pin, Talk

TIFLET, OULMES = "04.291.01.05", "04.291.05.11"


def test_the_stop_of_a_commune_with_its_place_and_a_way_to_book_it(talk: Talk) -> None:
    keys = talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    assert keys == [
        "utter_example_timetable",
        "utter_stop_here",
        "utter_stop_venue",
        "utter_book_here_or_near",
    ]
    assert talk.said[1].values["day"] == "2026-12-01"
    assert talk.offered()[0].payload.startswith('/book_slot{"choice": "stop:')
    assert "Tiflet" in talk.titles()[0]
    assert len([title for title in talk.titles() if "Tiflet" in title]) == 1
    assert talk.slots["place"]["commune"] == TIFLET


def test_the_stops_near_a_commune_without_one_nearest_first(talk: Talk) -> None:
    keys = talk.hear("fin qrib l Sfassif", "ask_nearest_stop").act("action_answer")
    assert keys == ["utter_example_timetable", "utter_nearest_stops"]
    assert len(talk.offered()) == 4
    keys = talk.hear("imta f Sfassif", "ask_stop_date").act("action_answer")
    assert keys == ["utter_no_stop_here", "utter_nearest_stops"]


def test_the_nearest_stands_first_in_the_list(talk: Talk) -> None:
    talk.hear("fin qrib l Sfassif", "ask_nearest_stop").act("action_answer")
    distances = [option["distance"] for option in talk.said[-1].options]
    assert distances == sorted(distances)
    assert distances[0] < distances[-1]


def test_a_stop_that_has_passed_is_said_to_have_passed(talk: Talk) -> None:
    talk.now = talk.now.replace(month=12, day=2)
    keys = talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    assert keys == ["utter_example_timetable", "utter_stop_passed", "utter_nearest_stops"]
    assert talk.said[1].values["day"] == "2026-12-01"
    assert not any("Tiflet" in title for title in talk.titles())


def test_today_s_stop_is_ahead_until_it_closes(talk: Talk) -> None:
    talk.now = talk.now.replace(month=12, day=1, hour=15, minute=59)
    assert "utter_stop_here" in talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    talk.now = talk.now.replace(hour=16, minute=0)
    assert "utter_stop_here" not in talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")


def test_a_place_outside_the_province_gets_the_truth_and_the_next_stops_by_day(talk: Talk) -> None:
    keys = talk.hear("w f Meknès?", "ask_stop_date").act("action_answer")
    assert keys == ["utter_outside_province", "utter_example_timetable", "utter_next_stops"]
    assert "Mekn" in talk.said[0].text
    assert "Khémisset" in talk.titles()[0]


def test_a_pin_inside_and_one_outside(talk: Talk) -> None:
    inside = Pin(latitude=33.89, longitude=-6.31, commune=TIFLET)
    assert "utter_stop_here" in talk.hear("/share_location", pin=inside).act("action_inform")
    assert talk.slots["place"] == {"commune": TIFLET, "latitude": 33.89, "longitude": -6.31}
    outside = Pin(latitude=34.02, longitude=-6.83, commune=None)
    keys = talk.hear("/share_location", pin=outside).act("action_inform")
    assert keys == ["utter_outside_pin", "utter_next_stops"]


def test_of_two_communes_of_a_name_the_person_says_which(talk: Talk) -> None:
    assert talk.hear("fin f Sidi Allal", "ask_nearest_stop").act("action_answer") == ["utter_which_commune"]
    assert len(talk.offered()) == 2
    keys = talk.hear(talk.offered()[0].payload).act("action_inform")
    assert keys == [
        "utter_example_timetable",
        "utter_stop_here",
        "utter_stop_venue",
        "utter_book_here_or_near",
    ]
    assert talk.slots["place"]["commune"] == "04.291.01.17"


def test_who_names_no_place_is_asked_for_it_and_then_gets_the_answer(talk: Talk) -> None:
    assert talk.hear("fin nta", "ask_directions").act("action_answer") == ["utter_ask_place"]
    assert talk.hear("blabla").act("action_inform") == ["utter_place_unknown", "utter_ask_place"]


def test_the_place_that_was_asked_for_answers_the_question_that_was_asked(talk: Talk) -> None:
    talk.hear("imta", "ask_stop_date").act("action_answer")
    assert "utter_no_stop_here" in talk.hear("Sfassif").act("action_inform")


def test_the_question_is_forgotten_after_another_message(talk: Talk) -> None:
    talk.hear("imta", "ask_stop_date").act("action_answer")
    talk.hear("merci", "thank").act("action_answer")
    assert "utter_no_stop_here" not in talk.hear("Sfassif").act("action_inform")


def test_the_place_is_remembered_for_the_next_question(talk: Talk) -> None:
    talk.hear("imta f Oulmes", "ask_stop_date").act("action_answer")
    talk.hear("w fin bdebt", "ask_directions").act("action_answer")
    assert talk.said[0].values["commune"]["fr"].startswith("Oulm")


def test_only_a_place_in_what_was_not_understood_is_taken_as_a_question(talk: Talk) -> None:
    assert "utter_stop_here" in talk.hear("w Tiflet", "out_of_scope").act("action_not_understood")
    assert "utter_outside_province" in talk.hear("w Meknès", "out_of_scope").act("action_not_understood")


def test_a_yes_to_the_offered_stops_begins_a_booking_there_and_a_closing_word_does_not(talk: Talk) -> None:
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    talk.answered()
    assert talk.hear("safi", "affirm").act("action_affirm") == ["utter_menu"]
    talk.answered()
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    talk.answered()
    assert talk.hear("ah bghit", "affirm").act("action_affirm") == ["utter_ask_booking_stop"]


def test_a_day_on_which_the_caravan_is_elsewhere_is_said_to_be_one(talk: Talk) -> None:
    keys = talk.hear("Tiflet c'est ouvert demain ?", "ask_opening_hours").act("action_answer")
    assert "utter_not_here_then" in keys
    keys = talk.hear("Tiflet c'est ouvert le 1 décembre ?", "ask_opening_hours").act("action_answer")
    assert "utter_not_here_then" not in keys


def test_no_distance_is_told_to_the_stop_where_one_is(talk: Talk) -> None:
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    assert "km" not in talk.titles()[0]
    assert "km" in talk.titles()[1]


def test_the_form_that_asks_for_the_place_asks_it_once(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form("booking_form")
    talk.answer("fin kaynin?", "ask_nearest_stop")
    assert talk.act("action_answer") == []
