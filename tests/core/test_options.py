from __future__ import annotations

import pytest

from bot.core.options import match
from tests.core.province import cases

CASES = cases("options.yml")
CHOICES = [(number, text) for number, texts in CASES["choices"].items() for text in texts]


@pytest.mark.parametrize(("number", "text"), CHOICES)
def test_choices(number: int, text: str) -> None:
    choice = match(text)
    assert choice is not None
    assert choice.number == number


@pytest.mark.parametrize("text", CASES["nothing"])
def test_numbers_that_choose_nothing(text: str) -> None:
    assert match(text) is None


def test_a_choice_points_at_the_number() -> None:
    choice = match("bghit ٢ 3afak")
    assert choice is not None
    assert (choice.start, choice.end) == (6, 7)
