from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.messages import Channel
from bot.services import places
from bot.services.places import TimeTaken
from bot.store.engine import transaction
from bot.store.models import AppointmentTime, Contact, Stop
from tests.actions.booking import (
    FORM,
    all_bookings,
    asked_for_name,
    asked_for_stop,
    asked_for_time,
    asked_to_confirm,
    booked,
    hour_of,
    places_taken,
    take_all,
    take_time,
)
from tests.actions.conftest import MakeTalk
from tests.actions.talk import Pin, Talk

TIFLET, KHEMISSET = "04.291.01.05", "04.291.01.01"


def test_from_the_first_word_to_the_confirmation(talk: Talk) -> None:
    assert talk.hear("bghit rdv", "book_slot").form(FORM) == ["utter_ask_booking_place"]
    assert talk.answer("Tiflet") == ["utter_example_timetable", "utter_ask_booking_stop"]
    assert talk.press("Tiflet") == ["utter_ask_booking_time"]
    assert talk.press("11:00") == ["utter_ask_booking_name"]
    assert talk.answer("smiti Sara Benali") == ["utter_ask_booking_confirmed"]
    assert "Sara Benali" in talk.words()
    assert "11:00" in talk.words()
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]
    (booking,) = all_bookings(talk.sessions)
    assert (booking.name, booking.phone, booking.status) == ("Sara Benali", "+212612345678", "active")
    assert hour_of(talk.sessions, booking.appointment_time_id) == "01/12 11:00"
    assert booking.code in talk.words()
    assert {name for name, value in talk.slots.items() if value is not None} == {"place"}


def test_what_the_first_message_tells_is_not_asked_again(talk: Talk) -> None:
    keys = talk.hear("bghit rdv f Tiflet 1 décembre 10h30", "book_slot").form(FORM)
    assert keys == ["utter_ask_booking_name"]
    assert hour_of(talk.sessions, talk.slots["booking_time"]) == "01/12 10:30"


def test_the_place_known_from_before_is_not_asked(talk: Talk) -> None:
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    assert talk.hear("bghit rdv", "book_slot").form(FORM) == ["utter_ask_booking_stop"]


def test_a_stop_taken_from_an_answer_begins_with_its_times(talk: Talk) -> None:
    talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")
    talk.hear(talk.payload("Tiflet")).form(FORM)
    assert talk.keys() == ["utter_ask_booking_time"]
    assert talk.slots["booking_place"]["commune"] == TIFLET


@pytest.mark.parametrize("said", ["blabla", "oui", "0612345678"])
def test_a_place_that_is_none(talk: Talk, said: str) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    assert talk.answer(said) == ["utter_place_unknown", "utter_ask_booking_place"]


def test_a_place_outside_the_province_may_still_book_soonest_first(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    keys = talk.answer("Meknès")
    assert keys == ["utter_outside_province", "utter_example_timetable", "utter_ask_booking_stop"]
    assert "Khémisset" in talk.titles()[0]
    assert talk.press("Khémisset") == ["utter_ask_booking_time"]


def test_a_pin_is_a_place(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    talk.answer("/share_location", pin=Pin(latitude=33.89, longitude=-6.31, commune=TIFLET))
    assert "Tiflet" in talk.titles()[0]


def test_an_ambiguous_place_is_asked_about(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    keys = talk.answer("Sidi Allal")
    assert keys == ["utter_which_commune"]
    assert len(talk.offered()) == 3
    assert talk.press(talk.titles()[0])[-1] == "utter_ask_booking_stop"


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("1 décembre", ["utter_ask_booking_time"]),
        ("2 décembre", ["utter_no_stop_that_day", "utter_ask_booking_stop"]),
        ("blabla", ["utter_help_in_form", "utter_ask_booking_stop"]),
    ],
)
def test_a_day_typed_where_a_stop_was_asked(talk: Talk, said: str, keys: list[str]) -> None:
    assert asked_for_stop(talk).answer(said) == keys


def test_another_place_typed_where_a_stop_was_asked(talk: Talk) -> None:
    asked_for_stop(talk).answer("Khémisset")
    assert talk.slots["booking_place"]["commune"] == KHEMISSET
    assert talk.slots["requested_slot"] == "booking_time"


def test_a_place_and_a_day_without_a_stop(talk: Talk) -> None:
    talk.hear("bghit rdv", "book_slot").form(FORM)
    assert talk.answer("Tiflet 2 décembre")[0] == "utter_no_stop_that_day"


def test_a_full_stop_is_not_offered(talk: Talk) -> None:
    asked_for_time(talk)
    take_all(talk.sessions, stop_id=talk.slots["booking_stop"], now=talk.now)
    assert talk.press("Une autre étape") == ["utter_ask_booking_stop"]
    named = [title for title in talk.titles() if "Tiflet" in title]
    assert [title.startswith("Liste d'attente") for title in named] == [True]


def test_a_stop_that_filled_up_meanwhile_says_so(talk: Talk) -> None:
    asked_for_stop(talk)
    payload = talk.payload("Tiflet")
    with transaction(talk.sessions) as session:
        stop = session.scalars(select(Stop).where(Stop.commune_code == TIFLET)).one()
    take_all(talk.sessions, stop_id=stop.id, now=talk.now)
    assert talk.answer(payload) == ["utter_stop_full"]
    assert [button.payload for button in talk.offered()] == [
        f'/inform{{"choice": "wait:{stop.id}"}}',
        '/inform{"choice": "change:stop"}',
    ]


def test_who_finds_a_stop_full_waits_in_line_and_can_leave_it(talk: Talk) -> None:
    asked_for_time(talk)
    take_all(talk.sessions, stop_id=talk.slots["booking_stop"], now=talk.now)
    talk.press("Une autre étape")
    assert talk.press("Liste d'attente") == ["utter_waiting_list", "utter_ask_booking_name"]
    assert talk.answer("S") == ["utter_name_too_short", "utter_ask_booking_name"]
    assert talk.answer("Sara Benali") == ["utter_waiting_joined"]
    assert "Position : 1" in talk.words()
    assert talk.loop is None
    assert talk.hear("…", "check_booking").act("action_check_booking") == ["utter_waiting_status"]
    leave = talk.payload("Quitter la liste")
    assert talk.hear(leave, "check_booking").act("action_check_booking") == ["utter_waiting_left"]
    assert talk.hear("…", "check_booking").act("action_check_booking") == ["utter_no_booking"]


def test_nobody_else_takes_the_place_while_the_summary_is_read(talk: Talk, make_talk: MakeTalk) -> None:
    asked_to_confirm(talk)
    time_id = talk.slots["booking_time"]
    with transaction(talk.sessions) as session:
        session.get_one(AppointmentTime, time_id).capacity = 1
    other = make_talk("+212698765432")
    assert other.conversation.id != talk.conversation.id
    with pytest.raises(TimeTaken):
        take_time(talk.sessions, other.conversation, time_id=time_id, now=talk.now, lapsed=False)
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]


def test_a_late_yes_takes_the_place_where_nobody_came_in_between(talk: Talk) -> None:
    asked_to_confirm(talk)
    talk.now += timedelta(minutes=11)
    with transaction(talk.sessions) as session:
        assert places.lapse_confirming(session, now=talk.now) == 1
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]


def test_a_stop_that_was_called_off_meanwhile_is_gone(talk: Talk) -> None:
    asked_for_stop(talk)
    payload = talk.payload("Tiflet")
    with transaction(talk.sessions) as session:
        session.scalars(select(Stop).where(Stop.commune_code == TIFLET)).one().status = "cancelled"
    assert talk.answer(payload) == ["utter_stop_gone", "utter_ask_booking_stop"]


@pytest.mark.parametrize(
    ("said", "hour"),
    [("10h", "01/12 10:00"), ("f l3achra", "01/12 10:00"), ("14:30", "01/12 14:30"), ("3h", "01/12 15:00")],
)
def test_a_free_hour(talk: Talk, said: str, hour: str) -> None:
    assert asked_for_time(talk).answer(said) == ["utter_ask_booking_name"]
    assert hour_of(talk.sessions, talk.slots["booking_time"]) == hour


def test_an_hour_that_is_not_free_gets_the_nearest(talk: Talk) -> None:
    assert asked_for_time(talk).answer("10:15") == ["utter_time_not_free", "utter_ask_booking_time"]
    assert talk.slots["booking_time"] is None
    assert [title[:5] for title in talk.titles()[:-1]] == ["09:30", "10:00", "10:30"]


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("le matin", ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]),
        ("l3chiya", ["14:00", "14:30", "15:00", "15:30"]),
    ],
)
def test_a_part_of_the_day_narrows_the_offer(talk: Talk, said: str, hours: list[str]) -> None:
    assert asked_for_time(talk).answer(said) == ["utter_ask_booking_time"]
    assert [title[:5] for title in talk.titles()[:-1]] == hours


def test_a_part_of_the_day_without_a_free_time(talk: Talk) -> None:
    asked_for_time(talk)
    assert talk.answer("f lil") == ["utter_no_time_then", "utter_ask_booking_time"]
    assert len(talk.titles()) > 1


def test_what_is_no_time(talk: Talk) -> None:
    assert asked_for_time(talk).answer("blabla") == ["utter_time_unclear", "utter_ask_booking_time"]


def test_on_the_day_itself_only_what_is_half_an_hour_ahead_is_free(talk: Talk) -> None:
    talk.now = talk.now.replace(month=12, day=1, hour=9, minute=31)
    asked_for_time(talk)
    assert "10:00" not in " ".join(talk.titles())
    assert talk.answer("10:00") == ["utter_time_not_free", "utter_ask_booking_time"]
    assert talk.answer("10:30") == ["utter_ask_booking_name"]


def test_a_time_that_was_taken_since_it_was_offered(talk: Talk, make_talk: MakeTalk) -> None:
    asked_for_time(talk)
    payload = talk.payload("11:00")
    time_id = int(payload.split("time:")[1].rstrip('"}'))
    take_time(talk.sessions, make_talk("+212698765432").conversation, time_id=time_id, now=talk.now)
    assert talk.answer(payload) == ["utter_time_taken", "utter_ask_booking_time"]
    assert talk.slots["booking_time"] is None


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("S", ["utter_name_too_short", "utter_ask_booking_name"]),
        ("123", ["utter_name_no_letters", "utter_ask_booking_name"]),
        ("oui", ["utter_ask_booking_name"]),
        ("salam", ["utter_ask_booking_name"]),
        ("Sara 0612345678", ["utter_name_too_long", "utter_ask_booking_name"]),
    ],
)
def test_what_is_no_name(talk: Talk, said: str, keys: list[str]) -> None:
    assert asked_for_name(talk).answer(said) == keys
    assert talk.slots["booking_name"] is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("je m'appelle Fatima Zahra", "Fatima Zahra"),
        ("سميتي يوسف", "يوسف"),
        ("Aït Lahcen Ali.", "Aït Lahcen Ali"),
        ("Salma", "Salma"),
    ],
)
def test_names(talk: Talk, said: str, name: str) -> None:
    # A name may look like a greeting to the classifier.
    assert asked_for_name(talk).answer(said, "greet") == ["utter_ask_booking_confirmed"]
    assert talk.slots["booking_name"] == name


@pytest.fixture
def asked_for_phone(make_talk: MakeTalk) -> Talk:
    """On Telegram, where the number is not known."""
    talk = asked_for_name(make_talk("77", Channel.TELEGRAM))
    assert talk.answer("Sara Benali") == ["utter_ask_booking_phone"]
    return talk


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("0537123456", "utter_phone_not_mobile"),
        ("+33612345678", "utter_phone_not_mobile"),
        ("06123", "utter_phone_unclear"),
        ("oui", "utter_phone_unclear"),
    ],
)
def test_numbers_that_no_reminder_reaches(asked_for_phone: Talk, said: str, key: str) -> None:
    assert asked_for_phone.answer(said) == [key, "utter_ask_booking_phone"]
    assert asked_for_phone.slots["booking_phone"] is None


@pytest.mark.parametrize(
    "said", ["0612345678", "06 12 34 56 78", "+212612345678", '/inform{"phone_number": "+212612345678"}']
)
def test_a_mobile_number_is_kept_for_the_next_time(asked_for_phone: Talk, said: str) -> None:
    assert asked_for_phone.answer(said) == ["utter_ask_booking_confirmed"]
    assert asked_for_phone.slots["booking_phone"] == "+212612345678"
    with asked_for_phone.sessions() as session:
        contact = session.get_one(Contact, asked_for_phone.conversation.contact_id)
        assert contact.phone == "+212612345678"


@pytest.mark.parametrize(
    ("change", "asked", "kept"),
    [
        ("place", "booking_place", []),
        ("stop", "booking_stop", ["booking_place"]),
        ("time", "booking_time", ["booking_place", "booking_stop"]),
    ],
)
def test_changes_before_the_yes(talk: Talk, change: str, asked: str, kept: list[str]) -> None:
    asked_to_confirm(talk).answer(f'/inform{{"choice": "change:{change}"}}')
    assert talk.keys()[-1] == f"utter_ask_{asked}"
    assert talk.slots["requested_slot"] == asked
    left = [
        name for name in ("booking_place", "booking_stop", "booking_time") if talk.slots[name] is not None
    ]
    assert left == kept
    assert talk.slots["booking_name"] == "Sara Benali"


def test_a_question_in_the_middle_is_left_to_its_rule_and_the_form_goes_on(talk: Talk) -> None:
    asked_for_time(talk).answer("c'est gratuit ?", "ask_cost")
    assert talk.refused
    assert talk.act("action_answer") == ["utter_fact"]
    assert talk.slots["requested_slot"] == "booking_time"
    assert talk.answer("10:00") == ["utter_ask_booking_name"]


@pytest.mark.parametrize(("said", "confidence"), [("c'est gratuit ?", 0.5), ("wach fabor", 0.9)])
def test_a_question_where_the_name_was_asked(talk: Talk, said: str, confidence: float) -> None:
    asked_for_name(talk).answer(said, "ask_cost", confidence=confidence)
    assert talk.refused
    assert talk.slots["booking_name"] is None


def test_a_name_that_might_be_a_question_is_a_name(talk: Talk) -> None:
    asked_for_name(talk).answer("Fabor Alami", "ask_cost", confidence=0.5)
    assert talk.slots["booking_name"] == "Fabor Alami"


@pytest.mark.parametrize(
    ("said", "intent", "confidence"),
    [
        ("Wafae", "ask_auto_entrepreneur", 0.87),
        ("سعيدة بناني", "goodbye", 0.81),
        ("بشرى", "talk_to_human", 0.89),
        ("Rabia", "change_language", 0.98),
        ("صباح", "greet", 0.99),
        ("حداد", "inform", 0.99),
        ("Ait Ali Fatima", "inform", 0.99),
    ],
)
def test_what_is_plausible_as_a_name_is_a_name_where_one_is_asked_for(
    talk: Talk, said: str, intent: str, confidence: float
) -> None:
    keys = asked_for_name(talk).answer(said, intent, confidence=confidence)
    assert keys == ["utter_ask_booking_confirmed"]
    assert talk.slots["booking_name"] == said
    assert talk.slots["booking_place"]["commune"] == "04.291.01.05"


@pytest.mark.parametrize(
    ("said", "intent", "confidence"),
    [
        ("conseiller", "talk_to_human", 0.98),
        ("بالفرنسية عافاك", "change_language", 0.9),
        ("une idée de projet", "submit_idea", 0.94),
        ("fabor", "ask_cost", 1.0),
    ],
)
def test_a_word_for_what_is_wanted_is_no_name(talk: Talk, said: str, intent: str, confidence: float) -> None:
    asked_for_name(talk).answer(said, intent, confidence=confidence)
    assert talk.slots["booking_name"] is None


@pytest.mark.parametrize(("said", "hour"), [("à 11h", "11:00"), ("m3a 3", "15:00")])
def test_an_hour_is_no_name(talk: Talk, said: str, hour: str) -> None:
    assert asked_for_name(talk).answer(said)[-1] == "utter_ask_booking_name"
    assert talk.slots["booking_name"] is None
    talk.answer("Sara")
    assert hour in talk.words()


def test_what_is_no_answer_to_a_list_is_said_to_be_none(talk: Talk) -> None:
    assert asked_for_stop(talk).answer("blabla") == ["utter_help_in_form", "utter_ask_booking_stop"]
    assert talk.answer("blabla") == ["utter_coach_in_form", "utter_ask_booking_stop"]


@pytest.mark.parametrize(
    ("said", "name", "commune"),
    [
        ("Youssef Rommani", "Youssef Rommani", "04.291.01.05"),
        ("f Rommani", "Sara Benali", "04.291.01.03"),
        ("Rommani", "Sara Benali", "04.291.01.03"),
    ],
)
def test_a_name_or_a_town_behind_the_summary(talk: Talk, said: str, name: str, commune: str) -> None:
    asked_to_confirm(talk).answer(said)
    assert (talk.slots["booking_name"], talk.slots["booking_place"]["commune"]) == (name, commune)


def test_a_surname_that_is_a_town_moves_no_booking(talk: Talk) -> None:
    asked_to_confirm(talk).answer("la, smiti youssef rommani", "deny")
    assert talk.slots["booking_name"] == "Youssef Rommani"
    assert talk.slots["booking_place"]["commune"] == "04.291.01.05"
    assert talk.slots["requested_slot"] == "booking_confirmed"


def test_another_place_asked_about_in_the_middle_is_where_the_form_goes_on(talk: Talk) -> None:
    asked_for_stop(talk).answer("w f Khémisset imta?", "ask_stop_date")
    assert talk.refused
    assert talk.act("action_answer") == ["utter_stop_here", "utter_stop_venue"]
    assert talk.slots["booking_place"]["commune"] == KHEMISSET


def test_after_a_no_the_person_says_what_to_change(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("la", "deny") == ["utter_what_to_change"]
    assert talk.press("L'heure") == ["utter_ask_booking_time"]
    assert talk.answer("11:00") == ["utter_ask_booking_confirmed"]
    talk.answer('/inform{"choice": "confirm:no"}')
    assert talk.press("Le nom") == ["utter_ask_booking_name"]
    assert talk.answer("Zineb") == ["utter_ask_booking_confirmed"]
    talk.answer("la", "deny")
    talk.press("Rien, je laisse")
    assert talk.refused
    talk.act("action_leave_form")
    assert talk.loop is None
    assert all_bookings(talk.sessions) == []


def test_neither_yes_nor_no_asks_again(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("ymken") == ["utter_ask_booking_confirmed"]
    assert all_bookings(talk.sessions) == []


def test_a_time_taken_between_the_choice_and_the_yes(talk: Talk, make_talk: MakeTalk) -> None:
    asked_to_confirm(talk)
    other = make_talk("+212698765432").conversation
    take_time(talk.sessions, other, time_id=talk.slots["booking_time"], now=talk.now)
    assert talk.answer("ah", "affirm") == ["utter_time_taken", "utter_ask_booking_time"]
    assert talk.loop == FORM
    assert "10:00" not in " ".join(talk.titles())
    assert [booking.name for booking in all_bookings(talk.sessions)] == ["Youssef"]
    assert talk.answer("10:30") == ["utter_ask_booking_confirmed"]
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]


def test_the_same_person_is_booked_once_a_brother_too(talk: Talk) -> None:
    booked(talk)
    assert asked_to_confirm(talk, "SARA  benali", "11:00").answer("ah", "affirm") == ["utter_booking_already"]
    assert places_taken(talk.sessions) == 1
    assert "10:00" in talk.words()
    booked(talk, "Hamza Benali")
    assert places_taken(talk.sessions) == 2


def test_a_turn_that_runs_twice_books_once_and_says_the_same(talk: Talk) -> None:
    asked_to_confirm(talk)
    slots = dict(talk.slots)
    talk.answer("ah", "affirm")
    words, talk.said = talk.words(), []
    talk.slots, talk.loop = {**slots, "booking_confirmed": True, "requested_slot": None}, None
    assert talk.act("action_book_appointment") == ["utter_booking_made"]
    assert talk.words() == words
    assert places_taken(talk.sessions) == 1
    with talk.sessions() as session:
        taken = session.scalars(select(AppointmentTime.taken).where(AppointmentTime.taken > 0)).all()
    assert taken == [1]


def test_a_payload_that_names_no_time_of_this_stop_takes_nothing(talk: Talk) -> None:
    asked_for_time(talk)
    with talk.sessions() as session:
        elsewhere = session.scalars(
            select(AppointmentTime.id).where(AppointmentTime.stop_id != talk.slots["booking_stop"])
        ).first()
    keys = talk.answer(f'/inform{{"choice": "time:{elsewhere}"}}')
    assert keys == ["utter_time_taken", "utter_ask_booking_time"]


def call_off(talk: Talk, commune: str) -> None:
    """The staff cancel a stop."""
    with transaction(talk.sessions) as session:
        session.scalars(select(Stop).where(Stop.commune_code == commune)).one().status = "cancelled"


@pytest.mark.parametrize(
    ("said", "intent"),
    [("blabla", "inform"), ("10:00", "inform"), ('/inform{"choice": "change:time"}', "inform")],
)
def test_a_stop_called_off_while_its_time_is_asked(talk: Talk, said: str, intent: str) -> None:
    asked_for_time(talk)
    call_off(talk, TIFLET)
    assert talk.answer(said, intent)[-1] == "utter_stop_gone"
    assert talk.slots["booking_time"] is None
    assert talk.press("Une autre étape") == ["utter_ask_booking_stop"]


def test_a_stop_called_off_before_the_yes(talk: Talk) -> None:
    asked_to_confirm(talk)
    call_off(talk, TIFLET)
    assert talk.answer("ah", "affirm")[-1] == "utter_stop_gone"
    assert places_taken(talk.sessions) == 0
    assert talk.press("Une autre étape") == ["utter_ask_booking_stop"]


def test_a_form_that_was_abandoned_is_not_taken_up_again(talk: Talk) -> None:
    asked_for_time(talk)
    talk.expire()
    talk.now = talk.now.replace(month=12, day=3)
    assert talk.hear("bghit rdv f Oulmes", "book_slot").form(FORM)[-1] == "utter_ask_booking_stop"
    assert talk.press("Oulm") == ["utter_ask_booking_time"]
    assert "14 d" in talk.words()


def test_after_an_abandoned_form_a_question_gets_its_whole_answer(talk: Talk) -> None:
    asked_for_stop(talk)
    talk.expire()
    assert talk.hear("imta f Tiflet", "ask_stop_date").act("action_answer")[-1] == "utter_book_here_or_near"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("la smiyti Sara Alami machi Benali", "deny"),
        ("غلطت السمية هي Sara Alami", "go_back"),
        ("je me suis trompée, c'est Sara Alami", "go_back"),
    ],
)
def test_a_name_that_is_put_right_changes_the_summary(talk: Talk, said: str, intent: str) -> None:
    asked_to_confirm(talk)
    assert talk.answer(said, intent) == ["utter_ask_booking_confirmed"]
    assert "Sara Alami" in talk.words()


def test_a_yes_behind_the_question_what_to_change_books_nothing(talk: Talk) -> None:
    asked_to_confirm(talk).answer("la", "deny")
    talk.answered()
    assert "utter_ask_booking_confirmed" in talk.answer("wah", "affirm")
    assert all_bookings(talk.sessions) == []
    talk.answered()
    assert talk.answer("wah", "affirm") == ["utter_booking_made"]


def test_what_to_change_is_said_in_words_and_a_name_alone_is_the_right_one(talk: Talk) -> None:
    asked_to_confirm(talk).answer("la", "deny")
    talk.answered()
    assert talk.answer("smiya") == ["utter_ask_booking_name"]
    talk.answer("Sara Alami")
    talk.answered()
    talk.answer("la", "deny")
    talk.answered()
    assert talk.answer("Sara Tahiri", "out_of_scope") == ["utter_ask_booking_confirmed"]
    assert "Sara Tahiri" in talk.words()


def test_a_refusal_or_another_wish_is_not_the_name(talk: Talk) -> None:
    asked_for_name(talk)
    assert talk.answer("je préfère pas", "deny") == ["utter_name_why", "utter_ask_booking_name"]
    assert talk.answer("wah", "affirm")[-1] == "utter_ask_booking_name"
    assert talk.answer("non en fait l'après-midi", "deny")[-1] == "utter_ask_booking_time"
    assert "14:00" in talk.titles()[0] or "12:00" in talk.titles()[0]


def test_giving_up_where_a_name_is_asked_leaves_the_form(talk: Talk) -> None:
    assert asked_for_name(talk).answer("bghit nlghi dyal khti", "cancel_booking") == []
    assert talk.refused


def test_a_name_told_early_is_not_asked_again(talk: Talk) -> None:
    keys = asked_for_time(talk).answer("smiyti Sara Benali")
    assert keys == ["utter_name_noted", "utter_ask_booking_time"]
    assert talk.answer("10:00") == ["utter_ask_booking_confirmed"]
    assert "Sara Benali" in talk.words()


def test_a_name_in_the_first_message_is_kept(talk: Talk) -> None:
    talk.hear("bghit rdv f Tiflet m3a 10:00 smiyti Khalid Amrani", "book_slot").form(FORM)
    talk.press("Tiflet")
    assert talk.slots["booking_name"] == "Khalid Amrani"


def test_another_part_of_the_day_gives_up_the_hour_that_was_taken(talk: Talk) -> None:
    asked_to_confirm(talk, hour="10:00")
    assert talk.answer("la, l3chiya", "deny") == ["utter_ask_booking_time"]


def test_another_day_is_another_stop(talk: Talk) -> None:
    asked_for_time(talk)
    assert talk.answer("un autre jour", "reschedule_booking") == ["utter_ask_booking_stop"]
    assert not any(title.startswith("1. Tiflet") for title in talk.titles())
