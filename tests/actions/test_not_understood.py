from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store.models import LabelCandidate
from tests.actions.booking import (
    FORM,
    all_bookings,
    asked_for_name,
    asked_for_stop,
    asked_for_time,
    asked_to_confirm,
)
from tests.actions.talk import Talk

UNSURE = (
    ("out_of_scope", 0.5),
    ("ask_cost", 0.2),
    ("ask_nearest_stop", 0.15),
    ("thank", 0.1),
    ("book_slot", 0.06),
)


def unclear(
    talk: Talk, text: str = "ch7al hadchi zwin", ranking: tuple[tuple[str, float], ...] = UNSURE
) -> list[str]:
    return talk.hear(text, "out_of_scope", ranking=ranking).act("action_not_understood")


def payloads(talk: Talk) -> list[str]:
    return [button.payload.partition("{")[0] for button in talk.offered()]


def test_first_the_likeliest_meanings_then_otherwise_then_a_coach(talk: Talk) -> None:
    assert unclear(talk) == ["utter_did_you_mean"]
    assert payloads(talk) == ["/ask_cost", "/ask_nearest_stop", "/book_slot", "/out_of_scope"]
    assert unclear(talk) == ["utter_not_understood"]
    assert payloads(talk)[0] == "/ask_nearest_stop"
    assert unclear(talk) == ["utter_not_understood_again"]
    assert payloads(talk)[0] == "/talk_to_human"


def test_where_nothing_is_likely_it_is_to_be_said_otherwise(talk: Talk) -> None:
    assert unclear(talk, ranking=(("out_of_scope", 0.99), ("ask_cost", 0.005))) == ["utter_not_understood"]
    assert unclear(talk) == ["utter_not_understood_again"]


def test_something_else_goes_on_to_the_menu(talk: Talk) -> None:
    unclear(talk)
    assert talk.hear(talk.payload("Non, autre chose")).act("action_not_understood") == [
        "utter_not_understood"
    ]


def test_a_meaning_is_as_if_it_had_been_asked_with_the_place_that_was_named(talk: Talk) -> None:
    unclear(talk, "fin katji l9afila f Tiflet daba zwin")
    chosen = talk.payload("Où est l'étape")
    talk.hear(chosen).act("action_answer")
    assert talk.keys()[-2:] == ["utter_stop_venue", "utter_book_here_or_near"]
    assert "Tiflet" in talk.words()


def test_a_meaning_of_a_message_that_is_not_there_has_no_values(talk: Talk) -> None:
    assert talk.hear('/ask_nearest_stop{"choice": "meant:99999"}').act("action_answer") == ["utter_ask_place"]


def test_a_booking_that_was_meant_begins_with_the_place(talk: Talk) -> None:
    unclear(talk, "nji ndir dakchi f Tiflet nhar tlat kif walo")
    talk.hear(talk.payload("rendez-vous")).form(FORM)
    assert talk.slots["booking_place"]["commune"] == "04.291.01.05"
    assert talk.slots["requested_slot"] == "booking_time"


def test_in_a_form_the_question_back_waits_and_the_form_goes_on(talk: Talk) -> None:
    asked_for_time(talk).answer("chno hadchi dyal lkhlas", "out_of_scope", ranking=UNSURE)
    assert talk.refused
    assert talk.act("action_not_understood") == ["utter_did_you_mean"]
    assert talk.listens
    assert payloads(talk) == ["/ask_cost", "/ask_nearest_stop", "/out_of_scope"]
    talk.answer(talk.payload("gratuit"))
    assert talk.refused
    assert talk.act("action_answer") == ["utter_fact"]
    assert talk.answer("10:00") == ["utter_ask_booking_name"]


def test_in_a_form_something_else_is_told_how_to_answer(talk: Talk) -> None:
    asked_for_time(talk).answer("chno hadchi dyal lkhlas", "out_of_scope", ranking=UNSURE)
    talk.act("action_not_understood")
    talk.answer(talk.payload("Non, autre chose"))
    assert talk.refused
    assert talk.act("action_not_understood") == ["utter_help_in_form"]
    assert not talk.listens
    assert talk.loop == FORM


def test_an_answer_of_the_form_is_no_riddle(talk: Talk) -> None:
    assert asked_for_time(talk).answer("f 10:00 awla", "out_of_scope", ranking=UNSURE) == [
        "utter_ask_booking_name"
    ]
    assert talk.answer("Zineb Aouad", "out_of_scope", ranking=UNSURE) == ["utter_ask_booking_confirmed"]


def test_an_unknown_place_is_no_riddle_either(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    keys = talk.answer("douar blabla", "out_of_scope", ranking=UNSURE)
    assert keys == ["utter_place_unknown", "utter_ask_booking_place"]


def test_a_question_in_place_of_a_name_is_asked_back(talk: Talk) -> None:
    asked_for_name(talk).answer("wach hadchi fih chi khlas?", "out_of_scope", ranking=UNSURE)
    assert talk.refused


def test_who_is_twice_at_a_loss_in_a_form_is_told_of_a_coach(talk: Talk) -> None:
    assert asked_for_stop(talk).answer("zxcv", "out_of_scope") == [
        "utter_help_in_form",
        "utter_ask_booking_stop",
    ]
    assert talk.answer("zxcv", "out_of_scope") == ["utter_coach_in_form", "utter_ask_booking_stop"]


@pytest.mark.parametrize(("text", "language"), [("what is the cost please", "english"), ("ⴰⵣⵓⵍ", "amazigh")])
def test_a_language_that_is_not_spoken_is_told_so(talk: Talk, text: str, language: str) -> None:
    assert unclear(talk, text) == ["utter_other_language"]
    assert talk.said[0].values == {"sorry": f"language_only_{language}"}
    assert payloads(talk) == ["/talk_to_human"]


def test_a_letter_is_asked_for_its_question(talk: Talk) -> None:
    assert unclear(talk, "bla bla " * 100, ranking=()) == ["utter_too_long"]


def test_only_a_place_is_a_question_about_it(talk: Talk) -> None:
    assert unclear(talk, "w Tiflet")[0] != "utter_did_you_mean"


def waiting(talk: Talk) -> list[tuple[str, str, str | None]]:
    with talk.sessions() as session:
        rows = session.scalars(select(LabelCandidate).order_by(LabelCandidate.id))
        return [(row.reason, row.text, row.guess) for row in rows]


def test_what_was_refused_and_what_it_meant_is_kept_to_learn_from(talk: Talk) -> None:
    unclear(talk, "ch7al hadchi zwin 0612345678")
    assert waiting(talk) == [("refused", "ch7al hadchi zwin 0600000000", "out_of_scope")]
    talk.hear(talk.payload("gratuit")).act("action_answer")
    assert waiting(talk) == [("corrected", "ch7al hadchi zwin 0600000000", "ask_cost")]


def test_a_meaning_of_nobodys_message_teaches_nothing(talk: Talk) -> None:
    talk.hear('/ask_cost{"choice": "meant:99999"}').act("action_answer")
    assert waiting(talk) == []


def test_what_was_said_before_a_coach_was_asked_for(talk: Talk) -> None:
    talk.hear("chno ndir daba", "ask_help").act("action_help")
    talk.answered()
    talk.hear("3tini chi wa7ed", "talk_to_human").act("action_request_coach")
    assert waiting(talk) == [("handed_over", "chno ndir daba", None)]


def test_who_has_only_begun_is_listened_to(talk: Talk) -> None:
    assert talk.hear("khouya bghit n3ref", "out_of_scope").act("action_not_understood") == ["utter_go_on"]


def test_who_gives_a_name_is_greeted_by_it(talk: Talk) -> None:
    assert talk.hear("smiti Anouar", "out_of_scope").act("action_not_understood") == ["utter_hello_name"]
    assert "Anouar" in talk.words()


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("book_slot", "utter_ask_booking_place"),
        ("talk_to_human", "utter_handoff"),
        ("ask_cost", "utter_fact"),
        ("change_language", "utter_menu"),
    ],
)
def test_a_yes_takes_the_only_meaning(talk: Talk, intent: str, key: str) -> None:
    assert unclear(talk, ranking=(("out_of_scope", 0.5), (intent, 0.4))) == ["utter_did_you_mean"]
    assert talk.hear("oui", "affirm").act("action_affirm")[0] == key


def test_a_yes_takes_none_of_several_meanings(talk: Talk) -> None:
    unclear(talk)
    assert talk.hear("oui", "affirm").act("action_affirm") == ["utter_menu"]


def test_a_number_to_call_is_left_for_a_coach(talk: Talk) -> None:
    assert talk.hear("0612345678", "out_of_scope").act("action_not_understood") == ["utter_phone_alone"]
    assert [button.payload for button in talk.offered()] == ["/talk_to_human"]


@pytest.mark.parametrize(("said", "yes"), [("oui", "affirm"), ("wé", "inform"), ("\U0001f44d", "affirm")])
@pytest.mark.parametrize(
    ("meant", "told"), [("ask_cost", ["utter_fact"]), ("cancel_booking", []), ("ask_nearest_stop", [])]
)
def test_a_yes_to_a_meaning_confirms_no_summary(
    talk: Talk, said: str, yes: str, meant: str, told: list[str]
) -> None:
    ranking = (("out_of_scope", 0.5), (meant, 0.4))
    asked_to_confirm(talk).answer("ch7al hadchi zwin bezzaf", "out_of_scope", ranking=ranking)
    talk.act("action_not_understood")
    assert talk.keys() == ["utter_did_you_mean"]
    assert talk.answer(said, yes) == [*told, "utter_ask_booking_confirmed"]
    assert all_bookings(talk.sessions) == []
    assert talk.press("Oui") == ["utter_booking_made"]
