from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core import lexicons
from bot.core.date_words import lookup
from bot.core.lexicons import BrokenLexicon


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of word lists."""
    monkeypatch.setattr(lexicons, "_FOLDER", tmp_path)
    lexicons.load.cache_clear()
    lexicons.word_set.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """What a test read is not kept for others."""
    yield
    lexicons.load.cache_clear()
    lexicons.word_set.cache_clear()


def test_a_list_that_is_missing_is_told(folder: Path) -> None:
    with pytest.raises(BrokenLexicon, match=r"words\.yml"):
        lexicons.word_set("ordinary")


def test_a_broken_file_is_told_by_name(folder: Path) -> None:
    (folder / "words.yml").write_text("ordinary: [a", encoding="utf-8")
    with pytest.raises(BrokenLexicon, match=r"words\.yml"):
        lexicons.word_set("ordinary")


def test_numbers_and_yes_no_need_quotes(folder: Path) -> None:
    (folder / "words.yml").write_text("ordinary: [a, 5, yes]", encoding="utf-8")
    with pytest.raises(BrokenLexicon, match="quotes"):
        lexicons.word_set("ordinary")


def test_words_are_folded(folder: Path) -> None:
    (folder / "words.yml").write_text("ordinary: {one: Été إبرة, two: [SLAM]}", encoding="utf-8")
    assert lexicons.word_set("ordinary") == {"ete", "ابره", "slam"}


@pytest.mark.parametrize(
    "name", ["ordinary", "doubtful", "place_cues", "wide_areas", "regions", "moving", "function_words"]
)
def test_the_lists_that_are_used_exist(name: str) -> None:
    assert lexicons.word_set(name)


@pytest.mark.parametrize(
    ("word", "letter", "value"),
    [
        ("ghedda", "R", 1),
        ("غدا", "R", 1),
        ("ljem3a", "W", 4),
        ("الجمعه", "W", 4),
        ("dejanbir", "M", 12),
        ("شتنبر", "M", 9),
        ("غشت", "M", 8),
        ("يوليوز", "M", 7),
        ("vendrdi", "W", 4),
        ("novmbre", "M", 11),
    ],
)
def test_words_of_dates(word: str, letter: str, value: int) -> None:
    assert lookup(word) == (letter, value)


@pytest.mark.parametrize("word", ["ghada", "غادا", "jma3a", "جماعه", "tiflet", "salam", "غاديه"])
def test_words_that_are_none(word: str) -> None:
    assert lookup(word) is None
