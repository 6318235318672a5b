from __future__ import annotations

import pytest

from bot.core.languages import match
from tests.core.province import cases

CASES = cases("languages.yml")


@pytest.mark.parametrize(
    ("variety", "text"), [(variety, text) for variety, texts in CASES["asked"].items() for text in texts]
)
def test_the_language_asked_for(variety: str, text: str) -> None:
    mention = match(text)
    assert mention is not None
    assert mention.variety == variety


@pytest.mark.parametrize("text", CASES["none"])
def test_languages_that_are_only_spoken_of(text: str) -> None:
    assert match(text) is None


def test_a_language_points_at_its_word() -> None:
    text = "جاوبني بالفرنسية عافاك"
    mention = match(text)
    assert mention is not None
    assert text[mention.start : mention.end] == "الفرنسية"
