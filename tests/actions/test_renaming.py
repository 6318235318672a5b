"""The name on a booking is put right."""

from __future__ import annotations

import pytest

from tests.actions.booking import FORM, all_bookings, asked_to_confirm, booked
from tests.actions.talk import Talk


def names(talk: Talk) -> list[str]:
    return [booking.name for booking in all_bookings(talk.sessions)]


def test_by_the_choice_under_the_booking(talk: Talk) -> None:
    mine = booked(talk)
    payload = talk.payload("Corriger le nom")
    assert talk.hear(payload).act("action_start_move") == ["utter_renaming", "utter_ask_booking_name"]
    assert talk.answer("Salma Idrissi") == ["utter_booking_renamed"]
    (found,) = all_bookings(talk.sessions)
    assert (found.id, found.name, found.code) == (mine.id, "Salma Idrissi", mine.code)
    assert (found.version, found.appointment_time_id) == (mine.version, mine.appointment_time_id)
    assert talk.loop is None
    assert talk.slots["booking_renames"] is None


@pytest.mark.parametrize(
    ("said", "intent", "action"),
    [
        ("bghit nbeddel smiya", "reschedule_booking", "action_start_move"),
        ("السمية غالطة", "complain", "action_complain"),
        ("le nom est faux", "out_of_scope", "action_not_understood"),
        ("je me suis trompé de nom", "inform", "action_inform"),
        ("la smiya ghalta", "deny", "action_deny"),
        ("corriger le nom de mon rdv", "check_booking", "action_check_booking"),
    ],
)
def test_in_words_whatever_they_were_taken_for(talk: Talk, said: str, intent: str, action: str) -> None:
    booked(talk)
    assert talk.hear(said, intent).act(action) == ["utter_renaming", "utter_ask_booking_name"]
    # What is plausible as a name is one here as well.
    assert talk.answer("Wafae", "ask_auto_entrepreneur", confidence=0.87) == ["utter_booking_renamed"]
    assert names(talk) == ["Wafae"]


def test_a_name_that_is_said_with_the_wish_is_written_at_once(talk: Talk) -> None:
    booked(talk)
    said = "smiti machi Sara, smiti Salma Idrissi"
    assert talk.hear(said, "inform").act("action_inform") == ["utter_booking_renamed"]
    assert names(talk) == ["Salma Idrissi"]


def test_of_several_bookings_the_person_says_which(talk: Talk) -> None:
    booked(talk, "Sara Benali", "10:00")
    booked(talk, "Karim Alaoui", "11:00")
    assert talk.hear("bghit nbeddel smiya", "reschedule_booking").act("action_start_move") == [
        "utter_which_booking_to_rename"
    ]
    assert talk.hear(talk.payload("Karim")).act("action_start_move")[-1] == "utter_ask_booking_name"
    assert talk.answer("sara benali") == ["utter_booking_already"]
    assert names(talk) == ["Sara Benali", "Karim Alaoui"]


def test_leaving_keeps_the_name(talk: Talk) -> None:
    booked(talk)
    talk.hear("bghit nbeddel smiya", "reschedule_booking").act("action_start_move")
    talk.answer("/go_back")
    assert talk.refused
    talk.act("action_leave_form")
    assert names(talk) == ["Sara Benali"]
    assert talk.slots["booking_renames"] is None


def test_a_turn_that_runs_twice_says_the_same(talk: Talk) -> None:
    booked(talk)
    talk.hear("smiti machi Sara, smiti Salma", "inform").act("action_inform")
    words = talk.words()
    talk.said = []
    talk.slots |= {"booking_renames": all_bookings(talk.sessions)[0].id, "booking_name": "Salma"}
    talk.act("action_book_appointment")
    assert talk.words() == words


def test_in_the_form_the_words_are_about_the_appointment_that_is_being_made(talk: Talk) -> None:
    booked(talk)
    asked_to_confirm(talk, "Karim Alaoui", "11:00").answer("la smiya ghalta", "deny")
    assert talk.slots["booking_renames"] is None
    assert talk.loop == FORM


def test_without_a_booking_there_is_nothing_to_put_right(talk: Talk) -> None:
    assert talk.hear("bghit nbeddel smiya", "reschedule_booking").act("action_start_move") == [
        "utter_no_booking"
    ]
