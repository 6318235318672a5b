from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.core.dates import match
from tests.core.province import CASABLANCA, MONDAY, cases

CASES = [(variety, case) for variety, listed in cases("dates.yml").items() for case in listed]


@pytest.mark.parametrize(
    ("variety", "case"), CASES, ids=lambda value: value["s"] if isinstance(value, dict) else value
)
def test_what_people_write_about_days_and_times(variety: str, case: dict[str, Any]) -> None:
    now = datetime.fromisoformat(case["now"]).replace(tzinfo=CASABLANCA) if "now" in case else MONDAY
    found: dict[str, list[str]] = {"date": [], "time": []}
    for moment in match(case["s"], now):
        found[moment.kind].append(moment.value + ("?" if moment.uncertain else ""))
    assert ",".join(found["date"]) == str(case.get("d", ""))
    assert ",".join(found["time"]) == case.get("t", "")


def test_the_day_is_that_of_morocco() -> None:
    late = datetime(2026, 11, 23, 23, 59, tzinfo=timezone.utc)
    morocco = late.astimezone(CASABLANCA).date().isoformat()
    assert match("lyoum", late)[0].value == morocco


def test_a_number_of_thousands_of_digits_is_no_day() -> None:
    assert match("9" * 10_000, MONDAY) == ()
    assert [moment.value for moment in match(f"{'1' * 5000} ghda", MONDAY)] == ["2026-11-24"]


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        match("ghda", datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001 - that is the mistake


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("vendredi 5 décembre", ("2026-11-27",)),
        ("nhar tlata", ("2026-12-03",)),
        ("le 15 novembre", ("2027-11-15",)),
        ("le weekend prochain", ("2026-12-05/2026-12-06",)),
        ("m3a 7", ("19:00",)),
    ],
)
def test_an_uncertain_moment_names_the_other_reading(text: str, alternatives: tuple[str, ...]) -> None:
    (moment,) = match(text, MONDAY)
    assert moment.uncertain
    assert moment.alternatives == alternatives


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bghit rdv f nhar ljem3a m3a 10h", ["nhar ljem3a", "10h"]),
        ("غدًا فالصباح", ["غدًا", "الصباح"]),
        ("Le 5 Décembre à 10h30 svp", ["Le 5 Décembre", "10h30"]),
        ("فالجمعة الجاية", ["الجمعة الجاية"]),
        ("السّاعة ١٠", ["السّاعة ١٠"]),
    ],
)
def test_a_moment_points_at_the_words_that_were_typed(text: str, words: list[str]) -> None:
    assert [text[moment.start : moment.end] for moment in match(text, MONDAY)] == words


def test_what_is_blocked_is_not_read() -> None:
    from bot.core import dates
    from bot.core.text import normalise, tokens

    folded = normalise("05/12 ghda")
    moments = dates.find(folded, tokens(folded.text), MONDAY, blocked=[(0, 5)])
    assert [moment.value for moment in moments] == ["2026-11-24"]
