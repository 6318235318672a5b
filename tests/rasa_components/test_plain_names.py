from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rasa_components.plain_names import read_plainly, with_plain_names


def entity(kind: str, start: int, end: int) -> dict[str, object]:
    return {"entity": kind, "start": start, "end": end}


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("imta l Oulmes", [entity("commune", 7, 13)], "imta l tiflet"),
        ("متى والماس", [entity("commune", 4, 10)], "متى تيفلت"),
        ("wach l Meknes", [entity("outside_place", 7, 13)], "wach l rabat"),
        ("0661-22-33-44 dyali", [entity("phone_number", 0, 13)], "0612345678 dyali"),
        ("le 3 décembre à 9h30", [entity("date", 3, 13), entity("time", 16, 20)], "le 12/12 à 10h"),
        ("nhar tnin", [entity("date", 5, 9)], "nhar tnin"),
        ("couture", [entity("sector", 0, 7)], "couture"),
        ("had nhar", [entity("time", 4, 8), entity("date", 4, 8)], "had nhar"),
        ("salam", [], "salam"),
    ],
)
def test_values_put_plainly(text: str, entities: list[dict[str, object]], expected: str) -> None:
    assert with_plain_names(text, entities) == expected


def test_a_part_of_a_message_has_the_names_within_it() -> None:
    text = "Oulmes imta, w Tiddas fin?"
    entities = [entity("commune", 15, 21), entity("commune", 0, 6)]
    assert with_plain_names(text, entities, start=0, end=11) == "tiflet imta"
    assert with_plain_names(text, entities, start=12, end=26) == " w tiflet fin?"


def test_names_that_share_letters_are_put_once() -> None:
    entities = [entity("commune", 0, 6), entity("outside_place", 3, 8)]
    assert with_plain_names("abcdefghi", entities) == "tifletghi"


def test_many_texts_are_read_by_two_processes_in_their_order() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Africa/Casablanca"))
    texts = [f"{number}h f Oulmes" for number in (9, 10)] + ["salam"] * 2000 + ["wach l Meknes"]
    plain = read_plainly(texts, now, "04.291")
    assert plain == ["10h f tiflet"] * 2 + ["salam"] * 2000 + ["wach l rabat"]
