"""What is looked for, as the database reads it."""

from __future__ import annotations

import pytest

from bot.core.search_words import FROM, TO, marked, query_of


def test_each_letter_has_its_own() -> None:
    assert len(FROM) == len(TO) == len(set(FROM)) + 0


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Coopérative Khémisset", "'cooperative':* & 'khemisset':*"),
        ("تعاونية", "'تعاونيه':*"),
        ("3andi", "'3andi'"),
        ("0612345678", "'0612345678'"),
        ("0612", "'0612'"),
        ("je", "'je'"),
        ("a' & b | !c:*", "'a' & 'b' & 'c'"),
        ("?!", None),
        ("", None),
    ],
)
def test_words_become_a_query(text: str, query: str | None) -> None:
    assert query_of(text) == query


@pytest.mark.parametrize(
    ("text", "looked_for", "pieces"),
    [
        ("Je veux une coopérative", "cooper", [("Je veux une ", False), ("coopérative", True)]),
        ("بغيت التعاونية ديالنا", "التعاونيه", [("بغيت ", False), ("التعاونية", True), (" ديالنا", False)]),
        ("3andi wahed 3andi2", "3andi", [("3andi", True), (" wahed 3andi2", False)]),
        ("Rien ici", "autre", [("Rien ici", False)]),
    ],
)
def test_what_was_looked_for_is_marked(text: str, looked_for: str, pieces: list[tuple[str, bool]]) -> None:
    assert marked(text, looked_for, 140) == pieces


def test_of_a_long_text_the_part_around_the_words_is_shown() -> None:
    text = "mot " * 100 + "coopérative " + "fin " * 100
    pieces = marked(text, "coopérative", 60)
    assert ("coopérative", True) in pieces
    assert pieces[0] == pieces[-1] == ("…", False)
    assert len("".join(piece for piece, _ in pieces).partition("coopérative")[0]) < 45
    assert 50 <= sum(len(piece) for piece, _ in pieces) <= 62
