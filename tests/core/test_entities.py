from __future__ import annotations

import random
import string

import pytest

from bot.core.entities import CONTRACT_KINDS, Entity, extract
from tests.core.province import MONDAY, khemisset


def found(text: str) -> list[tuple[str, str | int]]:
    return [(entity.kind, entity.value) for entity in extract(text, MONDAY, khemisset())]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        (
            "bghit rdv f tiflet nhar ljem3a m3a 10, nmrti 0612345678",
            [
                ("commune", "04.291.01.05"),
                ("date", "2026-11-27"),
                ("time", "10:00"),
                ("phone_number", "+212612345678"),
            ],
        ),
        (
            "بغيت موعد فالخميسات غدا فالصباح",
            [("commune", "04.291.01.01"), ("date", "2026-11-24"), ("time", "morning")],
        ),
        ("Khemis Sidi Yahya", [("commune", "04.291.09.09")]),
        ("خميس سيدي يحيى نهار الخميس", [("commune", "04.291.09.09"), ("date", "2026-11-26")]),
        ("had brachoua had simana", [("commune", "04.291.07.05"), ("date", "2026-11-23/2026-11-29")]),
        ("جمعة مول البلاد نهار الجمعة", [("commune", "04.291.07.09"), ("date", "2026-11-27")]),
        ("2", [("option", 2)]),
        ("٢", [("option", 2)]),
        ("10", [("option", 10)]),
        ("10h", [("time", "10:00")]),
        ("le 5", [("date", "2026-12-05")]),
        ("0612345678", [("phone_number", "+212612345678")]),
        ("ana mn rbat", [("outside_place", "04.421.01.0")]),
        ("elevage f walmas", [("sector", "livestock"), ("commune", "04.291.05.11")]),
        ("jawbni b français", [("language", "fr")]),
        ("bdel liya men tiflet l khmissat", [("commune", "04.291.01.05"), ("commune", "04.291.01.01")]),
        ("salam", []),
        ("", []),
        ("😂", []),
        ("/book_slot", []),
    ],
)
def test_all_that_is_found_in_a_message(text: str, entities: list[tuple[str, str | int]]) -> None:
    assert found(text) == entities


def test_a_word_may_name_a_day_and_a_time_of_day() -> None:
    assert found("الليلة") == [("date", "2026-11-23"), ("time", "evening")]


def overlapping(entities: tuple[Entity, ...]) -> bool:
    return any(
        one.start < other.end and other.start < one.end
        for index, one in enumerate(entities)
        for other in entities[index + 1 :]
        if {one.kind, other.kind} != {"date", "time"}
    )


def test_whatever_is_typed_nothing_breaks() -> None:
    dice = random.Random(7)
    pieces = [
        *[
            "غدا",
            "نهار",
            "الجمعة",
            "مع",
            "10",
            "tiflet",
            "ف",
            "l",
            "5",
            "دجنبر",
            "w",
            "9",
            "nss",
            "أيت",
            "ait",
            "sidi",
            "سيدي",
            "0612345678",
            "/",
            "-",
            ":",
            ".",
            ",",
            "\n",
            "٣",
            "h",
            "30",
            "bla",
            "في",
            "😂",
        ],
        *string.printable,
        "\u200f",
        "\u0640",
        "ء",
        "ﷺ",
        "1️⃣",
    ]
    for _ in range(1500):
        text = dice.choice(["", " "]).join(dice.choice(pieces) for _ in range(dice.randrange(1, 25)))
        entities = extract(text, MONDAY, khemisset())
        assert not overlapping(entities), text
        for entity in entities:
            assert 0 <= entity.start < entity.end <= len(text), text
            assert entity.kind in CONTRACT_KINDS | {"outside_place"}
