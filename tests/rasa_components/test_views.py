from __future__ import annotations

import pytest

from bot.core.text import words
from bot.rasa_components.concepts import concepts
from bot.rasa_components.views import has_content, views


def test_both_scripts_meet_in_what_is_heard() -> None:
    latin, arabic = views("tkwin fabor"), views("التكوين فابور")
    assert latin["words"] != arabic["words"]
    assert latin["concepts"] == arabic["concepts"] == "training free"


@pytest.mark.parametrize(
    "spelling",
    ["tkwin", "takwin", "tekwine", "ltakwin", "wtkwin", "formation", "تكوين", "والتكوين", "التكوينات"],
)
def test_spellings_of_one_concept(spelling: str) -> None:
    assert concepts(words(spelling)) == ["training"]


def test_unknown_words_have_no_concept() -> None:
    assert concepts(words("zellij")) == []


def test_emoji_and_question_marks_are_kept_as_words() -> None:
    assert views("wakha 👍؟")["words"] == "wakha ? 👍"


@pytest.mark.parametrize(
    ("text", "expected"), [("", False), (" … ", False), ("👍", True), ("؟", True), ("1", True), ("و", True)]
)
def test_has_content(text: str, expected: bool) -> None:
    assert has_content(text) is expected
