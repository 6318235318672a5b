"""What may be booked, and how names and codes look."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.booking_rules import (
    CODE_ALPHABET,
    NameProblem,
    clean_name,
    may_be_booked,
    name_problem,
    new_code,
    person_key,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("status", "minutes", "allowed"),
    [
        ("planned", 60, True),
        ("confirmed", 60, True),
        ("running", 60, True),
        ("cancelled", 60, False),
        ("done", 60, False),
        ("confirmed", 30, True),
        ("confirmed", 29, False),
        ("confirmed", 0, False),
        ("confirmed", -60, False),
    ],
)
def test_a_time_is_offered_while_its_stop_stands_and_half_an_hour_remains(
    status: str, minutes: int, allowed: bool
) -> None:
    starts_at = NOW + timedelta(minutes=minutes)
    assert may_be_booked(stop_status=status, starts_at=starts_at, now=NOW) is allowed


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Fatima   Zahra ", "Fatima Zahra"),
        ("Fatima\nZahra", "Fatima Zahra"),
        ("Sara.", "Sara"),
        ("«Sara»", "Sara"),
        ("سارة؟", "سارة"),
        ("Si\u200fham\u0000", "Si ham"),
        ("Jean-Pierre O'Neil", "Jean-Pierre O'Neil"),
        ("...", ""),
    ],
)
def test_names_are_cleaned(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@given(st.text(max_size=80))
def test_a_cleaned_name_stays_as_it_is_and_is_one_line(typed: str) -> None:
    name = clean_name(typed)
    assert clean_name(name) == name
    assert name.isprintable()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Sara", None),
        ("Ba", None),
        ("سارة بنت علي", None),
        ("Ali 2", None),
        ("", NameProblem.NO_LETTERS),
        ("12", NameProblem.NO_LETTERS),
        ("0612345678", NameProblem.NO_LETTERS),
        ("👍", NameProblem.NO_LETTERS),
        ("B", NameProblem.TOO_SHORT),
        ("B 12", NameProblem.TOO_SHORT),
        ("ab" * 30, None),
        ("ab" * 30 + "c", NameProblem.TOO_LONG),
        ("un deux trois quatre cinq six", None),
        ("un deux trois quatre cinq six sept", NameProblem.TOO_LONG),
        ("Sara 0612345678", NameProblem.TOO_LONG),
    ],
)
def test_what_is_no_name_is_said(name: str, problem: NameProblem | None) -> None:
    assert name_problem(name) is problem


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Fatima Zahra", "FATIMA  zahra"),
        ("Aïcha", "aicha"),
        ("Réda", "Re\u0301da"),
        ("أحمد", "احمد"),
        ("سَارة", "سارة"),
    ],
)
def test_the_same_person_typed_twice_is_recognised(first: str, second: str) -> None:
    assert person_key(first) == person_key(second)


def test_sisters_are_two_people() -> None:
    assert person_key("Fatima Zahra") != person_key("Fatima")


def test_codes_can_be_read_aloud() -> None:
    codes = {new_code() for _ in range(200)}
    assert {len(code) for code in codes} == {5}
    assert set("".join(codes)) <= set(CODE_ALPHABET)
    assert not set(CODE_ALPHABET) & set("0O1IBS58GQ2Z")
    assert len(codes) > 190
