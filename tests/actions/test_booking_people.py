"""Two people who come together: two names, two places, two codes, one after the other."""

from __future__ import annotations

import pytest

from bot.store.engine import transaction
from bot.store.models import AppointmentTime
from tests.actions.booking import (
    FORM,
    all_bookings,
    asked_for_name,
    asked_for_time,
    asked_to_confirm,
    hour_of,
    take_all,
)
from tests.actions.talk import Talk


def booked_names(talk: Talk) -> list[tuple[str, str]]:
    return [
        (booking.name, hour_of(talk.sessions, booking.appointment_time_id))
        for booking in all_bookings(talk.sessions)
    ]


def from_one_place_left(talk: Talk, time_id: int) -> None:
    """Only the place that is kept for the person is left at this time."""
    with transaction(talk.sessions) as session:
        time = session.get_one(AppointmentTime, time_id)
        time.capacity = time.taken + time.held


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Amina et Leila", ("Amina", "Leila")),
        ("Salma w Khadija", ("Salma", "Khadija")),
        ("سلمى و خديجة", ("سلمى", "خديجة")),
    ],
)
def test_two_names_are_two_bookings(talk: Talk, typed: str, names: tuple[str, str]) -> None:
    keys = asked_for_name(talk, "10:00").answer(typed)
    assert keys == ["utter_one_after_the_other", "utter_ask_booking_confirmed"]
    assert talk.answer("oui", "affirm") == [
        "utter_booking_made",
        "utter_next_person_named",
        "utter_ask_booking_confirmed",
    ]
    assert names[1] in talk.words()
    assert talk.answer("oui", "affirm") == ["utter_booking_made"]
    assert booked_names(talk) == [(names[0], "01/12 10:00"), (names[1], "01/12 10:00")]
    first, second = all_bookings(talk.sessions)
    assert first.code != second.code


@pytest.mark.parametrize(
    "said",
    [
        "je veux un rendez-vous avec ma sœur à Tiflet",
        "bghit rdv m3a khti f Tiflet",
        "بغيت موعد ليا و لختي ف تيفلت",
    ],
)
def test_who_comes_with_somebody_is_asked_for_the_other_name(talk: Talk, said: str) -> None:
    talk.hear(said, "book_slot").form(FORM)
    talk.press("Tiflet")
    talk.answer("10:00")
    talk.answer("Sara Benali")
    assert talk.answer("oui", "affirm") == [
        "utter_booking_made",
        "utter_next_person",
        "utter_ask_booking_name",
    ]
    talk.answer("Leila Benali")
    assert talk.answer("oui", "affirm") == ["utter_booking_made"]
    assert booked_names(talk) == [("Sara Benali", "01/12 10:00"), ("Leila Benali", "01/12 10:00")]


def test_the_and_of_arabic_is_one_where_two_people_come(talk: Talk) -> None:
    talk.hear("أريد موعدا أنا وأختي في تيفلت", "book_slot").form(FORM)
    talk.press("Tiflet")
    talk.answer("10:00")
    assert talk.answer("فاطمة الزهراء وسعاد")[0] == "utter_one_after_the_other"
    assert talk.slots["booking_name"] == "فاطمة الزهراء, سعاد"


def test_where_the_hour_is_full_the_other_gets_the_nearest(talk: Talk) -> None:
    asked_to_confirm(talk, "Amina et Leila")
    hour = talk.slots["booking_time"]
    keep = frozenset({hour - 1, hour + 2})
    from_one_place_left(talk, hour)
    take_all(talk.sessions, stop_id=talk.slots["booking_stop"], now=talk.now, keep=keep)
    talk.answer("oui", "affirm")
    talk.answer("oui", "affirm")
    assert [hour for _, hour in booked_names(talk)] == ["01/12 10:00", "01/12 09:30"]


def test_where_the_day_is_full_the_first_one_is_booked_all_the_same(talk: Talk) -> None:
    asked_to_confirm(talk, "Amina et Leila")
    from_one_place_left(talk, talk.slots["booking_time"])
    take_all(talk.sessions, stop_id=talk.slots["booking_stop"], now=talk.now)
    assert talk.answer("oui", "affirm") == ["utter_booking_made", "utter_stop_full_for_next"]
    assert [name for name, _ in booked_names(talk)] == ["Amina"]


def test_one_person_is_not_asked_for_another(talk: Talk) -> None:
    asked_for_time(talk).answer("10:00")
    talk.answer("Sara Benali")
    assert talk.answer("oui", "affirm") == ["utter_booking_made"]


def test_the_sms_go_to_the_number_that_is_written_under_the_summary(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("0661 22 33 44") == [
        "utter_phone_noted",
        "utter_ask_booking_confirmed",
    ]
    assert talk.answer("05 37 55 66 77")[0] == "utter_phone_not_mobile"
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]
    (booking,) = all_bookings(talk.sessions)
    assert booking.phone == "+212661223344"
