from __future__ import annotations

import pytest

from bot.rasa_components.short_messages import plain_intent


def entity(kind: str, start: int, end: int) -> dict[str, object]:
    return {"entity": kind, "start": start, "end": end}


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("Tiflet", [entity("commune", 0, 6)], "inform"),
        ("f Tiflet inchallah 🙏", [entity("commune", 2, 8)], "inform"),
        ("3", [entity("option", 0, 1)], "inform"),
        ("نهار الاثنين", [entity("date", 5, 12)], "inform"),
        ("demain 10h", [entity("date", 0, 6), entity("time", 7, 10)], "inform"),
        ("français", [entity("language", 0, 8)], "change_language"),
        ("menu", [], "ask_help"),
        ("القائمة", [], "ask_help"),
        ("رجوع", [], "go_back"),
        ("Rje3", [], "go_back"),
        ("0", [entity("option", 0, 1)], "go_back"),
        ("Tiflet?", [entity("commune", 0, 6)], None),
        ("imta jaya l Tiflet", [entity("commune", 12, 18)], None),
        ("Casablanca", [entity("outside_place", 0, 10)], "inform"),
        ("J'habite à Tiflet", [entity("commune", 11, 17)], "inform"),
        ("ساكنين ف تيفلت", [entity("commune", 9, 14)], "inform"),
        ("la date Tiflet", [entity("commune", 8, 14)], None),
        ("la date : 12/12", [entity("date", 10, 15)], "inform"),
        ("Idée", [], "submit_idea"),
        ("موعد", [], "book_slot"),
        ("مستشار", [], "talk_to_human"),
        ("fin jaya", [], None),
    ],
)
def test_plain_intent(text: str, entities: list[dict[str, object]], expected: str | None) -> None:
    assert plain_intent(text, entities) == expected
