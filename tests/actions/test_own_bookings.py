from __future__ import annotations

import pytest

from bot.services import bookings
from bot.store.engine import transaction
from bot.store.models import Booking
from tests.actions.booking import (
    FORM,
    all_bookings,
    asked_for_name,
    booked,
    hour_of,
    places_taken,
    take_time,
)
from tests.actions.conftest import MakeTalk
from tests.actions.talk import Talk


def states(talk: Talk) -> list[tuple[str, str, str]]:
    """Name, status and time of every booking."""
    return [
        (b.name, b.status, hour_of(talk.sessions, b.appointment_time_id)) for b in all_bookings(talk.sessions)
    ]


@pytest.fixture
def mine(talk: Talk) -> Booking:
    """Sara's booking of Tuesday 1 December at ten."""
    return booked(talk)


@pytest.fixture
def stranger(make_talk: MakeTalk) -> Talk:
    """Somebody who has no booking."""
    return make_talk("+212698765432")


def test_a_booking_is_told(talk: Talk, mine: Booking) -> None:
    assert talk.hear("imta lmaw3id dyali", "check_booking").act("action_check_booking") == [
        "utter_booking_status"
    ]
    assert mine.code in talk.words()
    assert "10:00" in talk.words()


def test_who_has_none_is_told_so(talk: Talk, mine: Booking, stranger: Talk) -> None:
    wishes = {
        "check_booking": "action_check_booking",
        "cancel_booking": "action_cancel_booking",
        "reschedule_booking": "action_start_move",
    }
    for intent, action in wishes.items():
        assert stranger.hear("…", intent).act(action) == ["utter_no_booking"]
    assert states(talk) == [("Sara Benali", "active", "01/12 10:00")]


def test_a_past_booking_is_none(talk: Talk, mine: Booking) -> None:
    talk.now = talk.now.replace(month=12, day=1, hour=10, minute=1)
    assert talk.hear("…", "check_booking").act("action_check_booking") == ["utter_no_booking"]


@pytest.mark.parametrize("yes", ["word", "button"])
def test_cancelling_after_a_yes(talk: Talk, mine: Booking, yes: str) -> None:
    assert talk.hear("bghit nlghi", "cancel_booking").act("action_cancel_booking") == ["utter_ask_cancel"]
    assert mine.code in talk.words() or "10:00" in talk.words()
    assert states(talk) == [("Sara Benali", "active", "01/12 10:00")]
    if yes == "word":
        keys = talk.hear("ah", "affirm").act("action_affirm")
    else:
        keys = talk.hear(talk.offered()[0].payload).act("action_cancel_booking")
    assert keys == ["utter_booking_cancelled"]
    assert states(talk) == [("Sara Benali", "cancelled", "01/12 10:00")]
    assert places_taken(talk.sessions) == 0


def test_a_no_keeps_it(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nlghi", "cancel_booking").act("action_cancel_booking")
    assert talk.hear("la", "deny").act("action_deny") == ["utter_booking_kept"]
    assert places_taken(talk.sessions) == 1


def test_a_yes_counts_only_right_after_the_question(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nlghi", "cancel_booking").act("action_cancel_booking")
    talk.hear("merci", "thank").act("action_answer")
    assert talk.hear("ah", "affirm").act("action_affirm") == ["utter_menu"]
    assert talk.hear("la", "deny").act("action_deny") == ["utter_menu"]
    assert states(talk)[0][1] == "active"


def test_a_turn_that_runs_twice_cancels_once_and_says_the_same(talk: Talk, mine: Booking) -> None:
    talk.hear(f'/cancel_booking{{"choice": "cancel_yes:{mine.id}"}}').act("action_cancel_booking")
    words, talk.said = talk.words(), []
    assert talk.act("action_cancel_booking") == ["utter_booking_cancelled"]
    assert talk.words() == words
    assert places_taken(talk.sessions) == 0


def test_an_old_button_finds_nothing_to_cancel(talk: Talk, mine: Booking) -> None:
    payload = f'/cancel_booking{{"choice": "cancel_yes:{mine.id}"}}'
    talk.hear(payload).act("action_cancel_booking")
    assert talk.hear(payload).act("action_cancel_booking") == ["utter_no_booking"]
    assert places_taken(talk.sessions) == 0


@pytest.mark.parametrize(
    ("payload", "action"),
    [
        ('/cancel_booking{{"choice": "cancel_yes:{id}"}}', "action_cancel_booking"),
        ('/cancel_booking{{"choice": "cancel:{id}"}}', "action_cancel_booking"),
        ('/reschedule_booking{{"choice": "move:{id}"}}', "action_start_move"),
    ],
)
def test_somebody_else_s_booking_cannot_be_touched(
    talk: Talk, mine: Booking, stranger: Talk, payload: str, action: str
) -> None:
    keys = stranger.hear(payload.format(id=mine.id)).act(action)
    assert keys == ["utter_no_booking"]
    assert mine.code not in stranger.words()
    assert stranger.loop is None
    assert states(talk) == [("Sara Benali", "active", "01/12 10:00")]


def test_somebody_else_s_booking_cannot_be_moved_by_a_slot(talk: Talk, mine: Booking, stranger: Talk) -> None:
    asked_for_name(stranger, "11:00").slots["booking_moves"] = mine.id
    assert stranger.hear("ah", "affirm").act("action_book_appointment") == ["utter_no_booking"]
    assert states(talk) == [("Sara Benali", "active", "01/12 10:00")]
    assert places_taken(talk.sessions) == 1


def test_moving_keeps_name_and_number_and_code(talk: Talk, mine: Booking) -> None:
    keys = talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    assert keys == ["utter_moving", "utter_ask_booking_time"]
    assert not any(title.startswith("10:00") for title in talk.titles())
    assert talk.answer("11:00") == ["utter_ask_booking_confirmed"]
    assert "Sara Benali" in talk.words()
    assert talk.answer("ah", "affirm") == ["utter_booking_moved"]
    assert mine.code in talk.words()
    assert states(talk) == [("Sara Benali", "active", "01/12 11:00")]
    assert places_taken(talk.sessions) == 1
    assert talk.slots["booking_moves"] is None


def test_moving_to_another_place(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    assert talk.answer('/inform{"choice": "change:place"}') == ["utter_ask_booking_place"]
    talk.answer("Oulmes")
    assert talk.press("Oulm") == ["utter_ask_booking_time"]
    talk.answer("9h")
    talk.answer("ah", "affirm")
    assert states(talk) == [("Sara Benali", "active", "14/12 09:00")]


def test_moving_to_a_time_that_was_taken_keeps_the_old_place(
    talk: Talk, mine: Booking, stranger: Talk
) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    talk.answer("11:00")
    take_time(talk.sessions, stranger.conversation, time_id=talk.slots["booking_time"], now=talk.now)
    assert talk.answer("ah", "affirm") == ["utter_time_taken", "utter_ask_booking_time"]
    assert ("Sara Benali", "active", "01/12 10:00") in states(talk)
    assert talk.slots["booking_moves"] == mine.id


def test_a_move_that_runs_twice_moves_once(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    talk.answer("11:00")
    slots = dict(talk.slots)
    talk.answer("ah", "affirm")
    version = all_bookings(talk.sessions)[0].version
    talk.slots, talk.said = slots, []
    assert talk.act("action_book_appointment") == ["utter_booking_moved"]
    assert all_bookings(talk.sessions)[0].version == version
    assert places_taken(talk.sessions) == 1


def test_of_two_bookings_the_person_says_which_to_cancel(talk: Talk, mine: Booking) -> None:
    brother = booked(talk, "Hamza Benali", "11:00")
    assert talk.hear("…", "check_booking").act("action_check_booking") == ["utter_booking_status"] * 2
    assert talk.hear("…", "cancel_booking").act("action_cancel_booking") == ["utter_which_booking_to_cancel"]
    assert talk.hear(talk.payload("Hamza")).act("action_cancel_booking") == ["utter_ask_cancel"]
    assert "Hamza" in talk.words()
    talk.hear("ah", "affirm").act("action_affirm")
    assert [(b.id, b.status) for b in all_bookings(talk.sessions)] == [
        (mine.id, "active"),
        (brother.id, "cancelled"),
    ]


def test_of_two_bookings_the_person_says_which_to_move(talk: Talk, mine: Booking) -> None:
    booked(talk, "Hamza Benali", "11:00")
    assert talk.hear("…", "reschedule_booking").act("action_start_move") == ["utter_which_booking_to_move"]
    talk.hear(talk.payload("Hamza")).act("action_start_move")
    talk.answer("14:30")
    talk.answer("ah", "affirm")
    assert states(talk) == [
        ("Sara Benali", "active", "01/12 10:00"),
        ("Hamza Benali", "active", "01/12 14:30"),
    ]


def test_a_booking_of_a_stop_that_was_called_off_is_moved_to_another(talk: Talk, mine: Booking) -> None:
    with transaction(talk.sessions) as session:
        session.get_one(Booking, mine.id).appointment_time.stop.status = "cancelled"
    keys = talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    assert keys == ["utter_moving", "utter_ask_booking_stop"]


def test_leaving_the_move_and_booking_anew_does_not_move(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    talk.answer("menu", "go_back")
    assert talk.refused
    talk.act("action_leave_form")
    assert (talk.loop, talk.slots["booking_moves"]) == (None, None)
    booked(talk, "Hamza Benali", "11:00")
    assert len(states(talk)) == 2
    assert talk.hear("…", "book_slot").form(FORM) == ["utter_ask_booking_stop"]


def test_a_booking_that_was_cancelled_by_the_staff_while_it_is_moved(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    talk.answer("11:00")
    with transaction(talk.sessions) as session:
        bookings.cancel(session, booking_id=mine.id, contact_id=mine.contact_id, now=talk.now)
    assert talk.answer("ah", "affirm") == ["utter_no_booking"]
    assert talk.slots["booking_moves"] is None
    assert places_taken(talk.sessions) == 0


def test_a_move_that_was_abandoned_does_not_make_the_next_booking_a_move(talk: Talk, mine: Booking) -> None:
    talk.hear("bghit nbeddel", "reschedule_booking").act("action_start_move")
    talk.expire()
    booked(talk, "Hamza Benali", "11:00")
    assert [name for name, _, _ in states(talk)] == ["Sara Benali", "Hamza Benali"]


def test_the_name_in_the_message_says_which_booking_is_meant(talk: Talk) -> None:
    booked(talk, name="Karim Alaoui")
    booked(talk, name="Sara Alaoui", hour="11:00")
    talk.hear("bghit nlghi rdv dyal Karim Alaoui", "cancel_booking").act("action_cancel_booking")
    assert talk.keys() == ["utter_ask_cancel"]
    assert "Karim Alaoui" in talk.words()
    talk.hear("bghit nlghi rdv dyal Alaoui", "cancel_booking").act("action_cancel_booking")
    assert talk.keys() == ["utter_which_booking_to_cancel"]


def test_another_day_is_not_asked_at_the_same_stop(talk: Talk, mine: Booking) -> None:
    talk.hear("un autre jour", "reschedule_booking").act("action_start_move")
    assert talk.keys()[-1] == "utter_ask_booking_stop"
    assert not any(title.startswith("1. Tiflet") for title in talk.titles())


def test_who_has_none_and_says_yes_books_one(stranger: Talk) -> None:
    stranger.hear("imta rdv dyali", "check_booking").act("action_check_booking")
    stranger.answered()
    assert stranger.hear("oui", "affirm").act("action_affirm") == ["utter_ask_booking_place"]


def test_who_cannot_come_that_day_is_offered_another(talk: Talk, mine: Booking) -> None:
    keys = talk.hear("je ne peux pas venir ce jour là", "deny").act("action_deny")
    assert keys[0] == "utter_moving"
    assert keys[-1] == "utter_ask_booking_stop"
