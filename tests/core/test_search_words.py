"""What is looked for, as the database reads it."""

from __future__ import annotations

import pytest

from bot.core.search_words import FROM, TO, query_of


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
