"""Long texts in parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_text import split_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("",)),
        ("court", ("court",)),
        ("aaaa\n\nbbbb cccc", ("aaaa", "bbbb cccc")),
        ("aaaa\nbbbb cccc", ("aaaa", "bbbb cccc")),
        ("aaaa bbbb cccc", ("aaaa bbbb", "cccc")),
        ("a" * 25, ("a" * 10, "a" * 10, "a" * 5)),
        ("😀" * 7, ("😀" * 5, "😀" * 2)),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, parts: tuple[str, ...]) -> None:
    assert split_text(text, 10) == parts


@given(st.text(max_size=200), st.integers(min_value=2, max_value=40))
def test_no_part_is_too_long_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)

    assert all(len(part.encode("utf-16-le", "surrogatepass")) <= 2 * limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
