"""Caravan files: what a right one becomes, and that everything wrong with another is said at once."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.core.timetable import FRIDAY_PRAYER, SERVICES, PlannedStop
from bot.gazetteer import Gazetteer
from bot.services.caravan_files import CaravanFile, CaravanFileInvalid, province_of, read
from bot.services.caravan_reading import ANSWERED_INTENTS

EXAMPLE = Path(__file__).parents[2] / "bot/caravans/khemisset.yml"
TODAY = date(2026, 11, 24)
COMMUNES = Gazetteer.load("04.291")
TIFLET = """
  - commune: "04.291.01.05"  # Tiflet
    day: 2026-12-04
    opens: 09:00
    closes: 16:00
    advisers: 3
    minutes: 20
"""


def real(stops: str = TIFLET, **replaced: str) -> str:
    """The example's words with a real timetable."""
    words = EXAMPLE.read_text(encoding="utf-8").split("\ntimetable:")[0]
    words = words.replace("example_timetable: true", "example_timetable: false")
    for old, new in replaced.items():
        assert f"\n{old}:" in words
        words = words.replace(f"\n{old}:", f"\n{new}:", 1)
    return f"{words}\ntimetable:{stops}"


def read_text(tmp_path: Path, text: str, installed_on: date = TODAY) -> CaravanFile:
    path = tmp_path / "caravan.yml"
    path.write_text(text, encoding="utf-8")
    return read(path, COMMUNES, installed_on)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(CaravanFileInvalid) as caught:
        read_text(tmp_path, text)
    assert isinstance(caught.value, InvalidInput)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return list(caught.value.problems)


def stop_problems(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """The problems of the one stop after replacing texts in it, without the lines."""
    stops = TIFLET
    for old, new in changes:
        assert old in stops
        stops = stops.replace(old, new)
    return [problem.split(", ", 1)[1] for problem in problems(tmp_path, real(stops))]


def test_a_real_timetable_is_read_as_it_stands(tmp_path: Path) -> None:
    file = read_text(
        tmp_path, real(TIFLET + "    venue: {fr: Souk, ar: السوق}\n    latitude: 33.9\n    longitude: -6.3\n")
    )
    assert not file.is_example
    assert file.stops == (
        PlannedStop(
            commune_code="04.291.01.05",
            day=date(2026, 12, 4),
            opens_at=time(9),
            closes_at=time(16),
            breaks=FRIDAY_PRAYER,
            advisers=3,
            minutes=20,
            latitude=33.9,
            longitude=-6.3,
            venue_fr="Souk",
            venue_ar="السوق",
        ),
    )


def test_without_a_place_a_stop_stands_where_the_commune_is(tmp_path: Path) -> None:
    (stop,) = read_text(tmp_path, real()).stops
    point = COMMUNES.point("04.291.01.05")
    assert (stop.latitude, stop.longitude) == (point.latitude, point.longitude)
    assert stop.venue_fr is None


def test_no_break_can_be_said(tmp_path: Path) -> None:
    (stop,) = read_text(tmp_path, real(TIFLET + "    closed: []\n")).stops
    assert stop.breaks == ()
    (stop,) = read_text(tmp_path, real(TIFLET + "    closed: [[13:00, 14:00]]\n")).stops
    assert stop.breaks == ((time(13), time(14)),)


def test_a_caravan_may_have_no_timetable_yet(tmp_path: Path) -> None:
    assert read_text(tmp_path, real(" []\n")).stops == ()


def test_words_are_read_for_every_intent_and_variety() -> None:
    file = read(EXAMPLE, COMMUNES, TODAY)
    assert tuple(file.answers) == ANSWERED_INTENTS
    assert all(set(words) == {"ary-Arab", "ary-Latn", "ar", "fr"} for words in file.answers.values())
    assert (file.code, file.province_code, file.is_example) == ("khemisset-2021", "04.291", True)


@settings(deadline=None)
@given(installed_on=st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 12, 31)))
def test_the_example_lies_in_the_weeks_after_any_installation(installed_on: date) -> None:
    stops = read(EXAMPLE, COMMUNES, installed_on).stops
    days = [stop.day for stop in stops]
    assert min(days) >= installed_on + timedelta(days=3)
    assert max(days) <= installed_on + timedelta(days=30)
    assert all(day.weekday() < 5 for day in days)
    assert max(Counter(days).values()) <= 2
    assert [stop.commune_code for stop in stops] == [
        stop.commune_code for stop in read(EXAMPLE, COMMUNES, TODAY).stops
    ]


def test_the_example_goes_to_every_part_of_the_province() -> None:
    codes = {stop.commune_code for stop in read(EXAMPLE, COMMUNES, TODAY).stops}
    assert {code[:9] for code in codes} == {code[:9] for code in COMMUNES.communes}
    assert 14 <= len(codes) <= 18
    most_asked = {"Khémisset", "Tiflet", "Rommani", "Oulmes", "Tiddas", "Sidi Allal El Bahraoui", "Maaziz"}
    assert most_asked <= {COMMUNES.commune(code).name_fr for code in codes}


def test_names_beside_the_codes_are_those_of_the_communes() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if "- commune:" in line]
    for line in lines:
        code, name = line.split('"')[1], line.split("# ")[1]
        assert COMMUNES.commune(code).name_fr == name


def test_every_example_venue_says_that_it_is_one() -> None:
    for stop in read(EXAMPLE, COMMUNES, TODAY).stops:
        assert "exemple" in (stop.venue_fr or "")
        assert "مثال" in (stop.venue_ar or "")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"04.291.01.05"',
            '"04.291.99.99"',
            "timetable[1].commune: no commune of the province 04.291 has the code",
        ),
        ("16:00", "08:00", "timetable[1].closes: 08:00 is not after the opening at 09:00"),
        ("16:00", "25:00", "timetable[1].closes: '25:00' is not a time"),
        ("16:00", "09:10", "timetable[1].opens: no appointment fits"),
        ("advisers: 3", "advisers: deux", "timetable[1].advisers: 'deux' is not a whole number"),
        ("advisers: 3", "advisers: 0", "timetable[1].advisers: 0 is not between 1 and 100"),
        ("advisers: 3", "advisors: 3", "timetable[1].advisors: unknown key, is advisers meant?"),
        ("    advisers: 3\n", "", "timetable[1]: advisers is missing"),
        ("minutes: 20", "minutes: 3", "timetable[1].minutes: 3 is not between 5 and 240"),
        ("2026-12-04", "2026-02-30", "timetable[1].day: there is no day 2026-02-30"),
        ("2026-12-04", "4/12/2026", "timetable[1].day: '4/12/2026' is not a date"),
        ("    day: 2026-12-04\n", "", "timetable[1]: day is missing"),
        (
            "day: 2026-12-04",
            "after_days: 4",
            "timetable[1].after_days: a real timetable says day here, not after_days",
        ),
        (
            "minutes: 20",
            "minutes: 20\n    latitude: 33.9",
            "timetable[1].latitude: latitude and longitude are given",
        ),
        (
            "minutes: 20",
            "minutes: 20\n    latitude: 48.8\n    longitude: -6",
            "timetable[1].latitude: 48.8 degrees lie",
        ),
        ("minutes: 20", "minutes: 20\n    venue: {fr: Souk}", "timetable[1].venue: ar is missing"),
        (
            "minutes: 20",
            "minutes: 20\n    closed: [[14:00, 12:00]]",
            "timetable[1].closed[1]: the break ends at 12:00",
        ),
        (
            "minutes: 20",
            "minutes: 20\n    closed: [[14:00]]",
            "timetable[1].closed[1]: a beginning and an end",
        ),
        (
            "minutes: 20",
            "minutes: 20\n    minutes: 30",
            "timetable[1].minutes: stands here twice, first in line",
        ),
    ],
)
def test_a_mistake_in_a_stop_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    found = stop_problems(tmp_path, (old, new))
    assert any(sentence.startswith(problem) for sentence in found), found


def test_all_mistakes_are_reported_at_once_by_line(tmp_path: Path) -> None:
    text = real(TIFLET.replace("09:00", "neuf").replace("minutes", "minute"), code="kode")
    lines = text.splitlines()
    expected = ["kode: ", "opens: neuf", "minute: 20"]
    numbers = [next(number for number, line in enumerate(lines, 1) if part in line) for part in expected]
    found = problems(tmp_path, text)
    assert [f"line {number}," in " ".join(found) for number in numbers] == [True] * 3
    at = [int(problem.split()[1].rstrip(":,")) for problem in found]
    assert at == sorted(at)
    assert len(found) >= 5


def test_an_example_has_no_dates(tmp_path: Path) -> None:
    text = real().replace("example_timetable: false", "example_timetable: true")
    assert problems(tmp_path, text)[0].endswith("timetable[1].day: an example says after_days here, not day")


def test_the_same_commune_twice_on_a_day_is_a_mistake(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, real(TIFLET + TIFLET.lstrip("\n")))
    assert "timetable[2]: the same commune on the same day as in line" in found


def test_a_missing_variety_or_answer_is_a_mistake(tmp_path: Path) -> None:
    text = (
        real()
        .replace("slogan:\n  ary-Arab: أنا جيت أنا معك\n", "slogan:\n")
        .replace("  ask_jobs:\n", "  ask_job:\n", 1)
    )
    found = " | ".join(problems(tmp_path, text))
    assert "slogan: ary-Arab is missing" in found
    assert "answers.ask_job: unknown key, is ask_jobs meant?" in found
    assert "answers: ask_jobs is missing" in found


def test_answers_that_are_too_long_or_empty_are_mistakes(tmp_path: Path) -> None:
    text = real().replace("      Les formations de la caravane sont gratuites.\n", f"      {'a' * 450}\n")
    assert "answers.ask_cost.fr: " in problems(tmp_path, text)[0]
    empty = real().replace("  fr: Je suis venu, je suis avec toi\n", "  fr:\n")
    assert problems(tmp_path, empty)[0].endswith("slogan.fr: a text is expected here")


def test_unknown_answers_name_answers_once(tmp_path: Path) -> None:
    text = real().replace("  - ask_cost\n", "  - ask_costs\n  - ask_jobs\n  - ask_jobs\n")
    found = problems(tmp_path, text)
    assert "unknown_answers[2]: 'ask_costs' is none of" in found[0]
    assert any("ask_jobs stands here twice" in problem for problem in found)


def test_another_province_needs_its_own_communes(tmp_path: Path) -> None:
    found = problems(tmp_path, real().replace('province: "04.291"', 'province: "04.421"'))
    assert found[0].endswith("province: 04.421 is not the province of the communes, 04.291")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the file is empty"),
        ("code: [", "line 1: not valid YAML"),
        ("- a\n- b\n", "line 1: keys with values are expected here"),
        ("code: &loop [*loop]\n", "line 1, code[1]: the value contains itself"),
    ],
)
def test_what_is_no_caravan_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(tmp_path, text))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaravanFileInvalid, match="cannot be read"):
        read(tmp_path / "nowhere.yml", COMMUNES, TODAY)
    (tmp_path / "latin.yml").write_bytes("code: Khémisset".encode("latin-1"))
    with pytest.raises(CaravanFileInvalid, match="not UTF-8"):
        read(tmp_path / "latin.yml", COMMUNES, TODAY)


def test_the_province_can_be_read_alone(tmp_path: Path) -> None:
    assert province_of(EXAMPLE) == "04.291"
    path = tmp_path / "caravan.yml"
    path.write_text("province: Khémisset\n", encoding="utf-8")
    with pytest.raises(CaravanFileInvalid, match="not a code of HCP"):
        province_of(path)
    path.write_text("code: x\n", encoding="utf-8")
    with pytest.raises(CaravanFileInvalid, match="province is missing"):
        province_of(path)


def test_services_and_the_share_without_appointments_are_read(tmp_path: Path) -> None:
    (stop,) = read_text(tmp_path, real(TIFLET)).stops
    assert (stop.services, stop.own_advisers, stop.walk_in) == (SERVICES, {}, 0)
    more = '    services: [jobs, "financing:2"]\n    walk_in: 20\n'
    (stop,) = read_text(tmp_path, real(TIFLET + more)).stops
    assert (stop.services, stop.own_advisers, stop.walk_in) == (("jobs", "financing"), {"financing": 2}, 20)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("services: [job]", "timetable[1].services[1]: 'job' is none of jobs, training"),
        ("services: [jobs, jobs]", "timetable[1].services[2]: jobs stands here twice"),
        ("services: []", "timetable[1].services: at least one service"),
        ('services: ["jobs:x"]', "timetable[1].services[1]: 'jobs:x' is not a service such as"),
        ("walk_in: 101", "timetable[1].walk_in: 101 is not between 0 and 100"),
    ],
)
def test_wrong_services_are_named(tmp_path: Path, line: str, problem: str) -> None:
    (found,) = stop_problems(tmp_path, ("minutes: 20\n", f"minutes: 20\n    {line}\n"))
    assert found.startswith(problem)
