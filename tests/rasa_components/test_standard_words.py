from __future__ import annotations

import pytest

from bot.core.text import words
from bot.rasa_components.standard_words import in_standard


@pytest.mark.parametrize(
    ("dialect", "standard"),
    [
        ("علاش", "لماذا"),
        ("3lach", "لماذا"),
        ("wfin", "أين"),
        ("وفين", "أين"),
        ("بغينا", "أريد"),
        ("ma3endich", "لا يوجد لدي"),
    ],
)
def test_a_word_of_the_dialects_sounds_like_the_standard_one(dialect: str, standard: str) -> None:
    assert in_standard(words(dialect)) == in_standard(words(standard))


def test_another_word_stays_what_it_is() -> None:
    assert in_standard(words("zellij")) == in_standard(words("zllij"))
    assert in_standard(words("zellij")) != in_standard(words("9leb"))


def test_each_word_keeps_its_place() -> None:
    assert in_standard(words("fin zellij")) == in_standard(words("أين")) + in_standard(words("zellij"))
