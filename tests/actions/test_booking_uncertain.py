"""What is not sure is asked about: a place, a day, an hour; and a change of mind is understood where it comes."""

from __future__ import annotations

import pytest

from tests.actions.booking import (
    FORM,
    all_bookings,
    asked_for_name,
    asked_for_time,
    asked_to_confirm,
    hour_of,
)
from tests.actions.talk import Talk

TIFLET, ROMMANI = "04.291.01.05", "04.291.01.03"


def begun(talk: Talk, text: str) -> list[str]:
    return talk.hear(text, "book_slot").form(FORM)


def test_everything_in_one_sentence(talk: Talk) -> None:
    assert begun(talk, "bghit rdv f Tiflet nhar tlat m3a 10") == ["utter_ask_booking_name"]


def test_of_two_communes_the_refused_one_does_not_count(talk: Talk) -> None:
    begun(talk, "bghit rdv machi f Tiflet, f Rommani")
    assert talk.slots["booking_place"]["commune"] == ROMMANI


def test_of_two_communes_the_person_says_which(talk: Talk) -> None:
    assert begun(talk, "bghit rdv f Rommani wla Tiflet") == ["utter_which_commune"]
    assert len(talk.titles()) == 3
    assert talk.press("Rommani")[-1] == "utter_ask_booking_stop"


def test_another_commune_instead_of_those(talk: Talk) -> None:
    begun(talk, "bghit rdv f Rommani wla Tiflet")
    assert talk.press("Une autre commune") == ["utter_ask_booking_place"]


def test_of_two_days_the_person_says_which(talk: Talk) -> None:
    keys = begun(talk, "rdv à Tiflet le 27 novembre ou le 1 décembre")
    assert keys[-1] == "utter_which_day"
    assert [title for title in talk.titles() if "27 nov" in title or "1 déc" in title] == talk.titles()[:-1]
    assert talk.press("Tiflet") == ["utter_ask_booking_time"]


def test_a_week_offers_the_stops_of_that_week_only(talk: Talk) -> None:
    assert begun(talk, "bghit rdv f Tiflet simana jaya")[-1] == "utter_which_day"
    assert all("27 nov" not in title for title in talk.titles())


def test_a_place_without_a_stop_that_day_is_offered_beside_the_stops_of_that_day(talk: Talk) -> None:
    keys = begun(talk, "bghit rdv f Tiflet nhar 27 novembre")
    assert keys[0] == "utter_not_here_then"
    assert ("Tiflet" in talk.titles()[0], "27 nov" in talk.titles()[1]) == (True, True)
    assert talk.answer("Tiflet") == ["utter_ask_booking_time"]


@pytest.mark.parametrize("intent", ["inform", "deny"])
def test_a_no_with_a_place_where_the_place_is_asked(talk: Talk, intent: str) -> None:
    begun(talk, "bghit rdv")
    talk.answer("la machi Tiflet, Rommani", intent)
    assert talk.slots["booking_place"]["commune"] == ROMMANI


def test_a_name_that_sounds_like_no_is_a_name(talk: Talk) -> None:
    asked_to_confirm(talk).answer('/inform{"choice": "change:name"}')
    assert talk.answer("Nona Alami", "deny") == ["utter_ask_booking_confirmed"]


def test_a_day_named_before_the_place_is_kept_until_then(talk: Talk) -> None:
    assert begun(talk, "bghit rdv simana jaya")[-1] == "utter_ask_booking_place"
    assert talk.answer("Tiflet")[-1] == "utter_which_day"


def test_days_without_a_stop(talk: Talk) -> None:
    assert "utter_no_stop_those_days" in begun(talk, "rdv à Tiflet le 10 ou le 11 mars")
    assert talk.slots["booking_days"] is None


def test_month_before_day_is_asked_about(talk: Talk) -> None:
    assert begun(talk, "rdv f Tiflet 12/1")[-1] == "utter_which_day"
    assert any("1 déc" in title for title in talk.titles())


def test_todays_own_weekday_may_be_today(talk: Talk) -> None:
    talk.now = talk.now.replace(day=27)
    assert begun(talk, "bghit rdv f Khémisset nhar jem3a")[-1] == "utter_which_day"
    assert "27 nov" in talk.titles()[0]


def test_an_hour_at_which_the_stop_is_closed(talk: Talk) -> None:
    assert asked_for_time(talk).answer("m3a 20:00") == ["utter_time_outside_hours", "utter_ask_booking_time"]
    assert talk.slots["booking_time"] is None


def test_of_two_hours_the_person_says_which(talk: Talk) -> None:
    assert asked_for_time(talk).answer("m3a 10:00 wla 11:00") == ["utter_which_time"]
    assert [title[:5] for title in talk.titles()[:-1]] == ["10:00", "11:00"]
    assert talk.press("11:00") == ["utter_ask_booking_name"]


@pytest.mark.parametrize("intent", ["inform", "deny", "reschedule_booking"])
def test_another_place_at_the_summary(talk: Talk, intent: str) -> None:
    asked_to_confirm(talk).answer("la machi Tiflet, Rommani", intent)
    assert talk.slots["requested_slot"] == "booking_time"
    assert talk.slots["booking_place"]["commune"] == ROMMANI
    assert talk.slots["booking_name"] == "Sara Benali"


def test_another_hour_at_the_summary(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("la, m3a 11:00", "deny") == ["utter_ask_booking_confirmed"]
    assert talk.answer("ah", "affirm") == ["utter_booking_made"]
    assert len(all_bookings(talk.sessions)) == 1


def test_a_yes_that_says_the_hour_again_is_a_yes(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("oui à Tiflet à 10:00", "affirm") == ["utter_booking_made"]


def test_another_name_at_the_summary(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("smiti Salma Alaoui") == ["utter_ask_booking_confirmed"]
    assert talk.slots["booking_name"] == "Salma Alaoui"


def test_a_change_without_saying_of_what_is_asked_about(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("bghit nbeddel", "reschedule_booking") == ["utter_what_to_change"]


def test_the_place_changes_while_the_hour_is_asked(talk: Talk) -> None:
    asked_for_time(talk).answer("la bghit f Rommani")
    assert talk.slots["booking_place"]["commune"] == ROMMANI
    assert talk.slots["requested_slot"] == "booking_time"


@pytest.mark.parametrize(("said", "intent"), [("wé", "inform"), ("ouais", "greet"), ("we", "affirm")])
def test_a_hasty_yes_is_no_weekend(talk: Talk, said: str, intent: str) -> None:
    assert asked_to_confirm(talk).answer(said, intent) == ["utter_booking_made"]


@pytest.mark.parametrize("said", ["lla, sara benallal", "Sara Benallal", "non Sara Benallal"])
@pytest.mark.parametrize("intent", ["deny", "out_of_scope", "inform"])
def test_the_right_name_alone_changes_the_summary(talk: Talk, said: str, intent: str) -> None:
    assert asked_to_confirm(talk).answer(said, intent) == ["utter_ask_booking_confirmed"]
    assert talk.slots["booking_name"] == "Sara Benallal"


def test_another_name_alone_is_not_taken_for_a_correction(talk: Talk) -> None:
    asked_to_confirm(talk).answer("la, machi mzyan", "deny")
    assert talk.slots["booking_name"] == "Sara Benali"


def test_a_yes_with_the_name_is_a_yes(talk: Talk) -> None:
    assert asked_to_confirm(talk).answer("oui Sara Benali", "affirm") == ["utter_booking_made"]


def test_the_right_name_may_end_with_a_town(talk: Talk) -> None:
    asked_to_confirm(talk, "Fatima Tifleti").answer("nn c fatima zahra tifleti", "out_of_scope")
    assert talk.slots["booking_name"] == "Fatima Zahra Tifleti"
    talk.answer("non fatima rommani", "inform")
    assert talk.slots["booking_name"] == "Fatima Rommani"


@pytest.mark.parametrize("said", ["la 11", "non, 11h"])
def test_another_hour_where_the_name_is_asked_is_no_name(talk: Talk, said: str) -> None:
    asked_for_name(talk, "10:00").answer(said, "deny")
    assert talk.slots["booking_name"] is None
    assert hour_of(talk.sessions, talk.slots["booking_time"]).endswith("11:00")


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Zineb maghadich tji", "out_of_scope"),
        ("lla Zineb maghadich tji", "deny"),
        ("Zineb mrida", "inform"),
        ("d'accord Zineb", "thank"),
        ("Zineb Lahmar nichan", "inform"),
        ("mziane Zineb", "out_of_scope"),
        ("lalla Zineb", "inform"),
        ("Zineb hia hadi", "inform"),
        ("Zineb blasset Sara", "out_of_scope"),
        ("Zineb Lahmar w Sara", "inform"),
        ("non, Zineb Lahmer", "cancel_booking"),
        ("Zineb Lahmer?", "inform"),
        ("supprimez Zineb Lahmar", "cancel_booking"),
        ("Supprimez Zineb Lahmar", "out_of_scope"),
    ],
)
def test_what_says_more_than_a_name_puts_none_right(talk: Talk, said: str, intent: str) -> None:
    asked_to_confirm(talk, "Zineb Lahmar").answer(said, intent)
    assert talk.slots["booking_name"] == "Zineb Lahmar"
    assert all_bookings(talk.sessions) == []


def test_a_yes_with_the_whole_name_confirms(talk: Talk) -> None:
    asked_to_confirm(talk, "Zineb Lahmar")
    assert talk.answer("confirme Zineb Lahmar", "affirm") == ["utter_booking_made"]


@pytest.mark.parametrize("said", ["ui khouya", "wi mrc", "yep ok", "ouai khti", "wé"])
def test_a_hasty_yes_behind_the_question_what_is_wrong_is_no_name(talk: Talk, said: str) -> None:
    assert asked_to_confirm(talk).answer("la", "deny") == ["utter_what_to_change"]
    assert talk.answer(said, "out_of_scope")[-1] == "utter_ask_booking_confirmed"
    assert talk.slots["booking_name"] == "Sara Benali"
    assert all_bookings(talk.sessions) == []
