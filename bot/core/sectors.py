"""The sector of an activity that a message speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core import phonetics
from bot.core.lexicons import BrokenLexicon, load
from bot.core.name_index import Name, NameIndex, bare, is_article, sound
from bot.core.text import Normalised, Token, normalise, tokens
from bot.core.text import words as words_of

SECTORS = (
    "agriculture",
    "livestock",
    "food_processing",
    "crafts",
    "commerce",
    "services",
    "tourism",
    "construction",
    "digital",
    "other",
)
_NO_SECTOR = "not"
_MEANS = "digital"
_ARTICLE = "only_with_article"
_LONGEST_WINDOW = 5
_NEEDED = {0: 1.0, 1: 1.0, 2: 1.0, 3: 0.965, 4: 0.96}
_NEEDED_OF_LONG = 0.94
"""How alike a word has to sound, by its consonants."""
_PREFIXES = ("ف", "ب", "ل", "لل", "و", "د", "ك", "f", "b", "l", "w", "d", "fl", "dl", "bl")


@dataclass(frozen=True, kw_only=True)
class SectorMention:
    """A sector of :data:`SECTORS`, told by ``start:end`` of a message."""

    sector: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _index() -> NameIndex:
    return NameIndex(_names())


def _names() -> Iterator[Name]:
    for sector, lines in load("sectors").items():
        if sector == _ARTICLE:
            continue
        if sector not in (*SECTORS, _NO_SECTOR) or not isinstance(lines, list):
            raise BrokenLexicon(f"sectors.yml: '{sector}' is no sector, or not a list")
        for line in lines:
            for name in str(line).split(","):
                name = " ".join(_singular(word) for word in words_of(name))
                yield Name(code=sector, name=name, inside=True, fuzzy=False)


@lru_cache(maxsize=1)
def _needing_article() -> frozenset[str]:
    return frozenset(
        word
        for line in load("sectors").get(_ARTICLE) or ()
        for name in str(line).split(",")
        for word in words_of(name)
    )


def match(text: str) -> tuple[SectorMention, ...]:
    """The sector that ``text`` speaks of: the first that is named, or "digital", which says how the rest is
    sold.
    """
    folded = normalise(text)
    return find(folded, tokens(folded.text))


def find(folded: Normalised, words: Sequence[Token]) -> tuple[SectorMention, ...]:
    """As :func:`match`, for a message that is folded and split already."""
    mentions = tuple(_mentions(folded, words))
    return tuple(mention for mention in mentions if mention.sector == _MEANS)[:1] or mentions[:1]


def _mentions(folded: Normalised, words: Sequence[Token]) -> Iterator[SectorMention]:
    index = 0
    while index < len(words):
        found = _longest(words, index)
        if found is None:
            index += 1
            continue
        sector, last, cut = found
        if sector != _NO_SECTOR:
            start, end = folded.span(words[index].start + cut, words[last].end)
            yield SectorMention(sector=sector, start=start, end=end)
        index = last + 1


def _longest(words: Sequence[Token], first: int) -> tuple[str, int, int] | None:
    """The sector that the longest expression from ``first`` tells, its last word, and the letters in front
    that are not part of it.
    """
    for last in range(min(first + _LONGEST_WINDOW, len(words)) - 1, first - 1, -1):
        rest = [word.text for word in words[first + 1 : last + 1]]
        if (
            is_article(words[first].text)
            or is_article(words[last].text)
            or any(word.broken for word in words[first + 1 : last + 1])
        ):
            continue
        for cut in _cuts(words[first].text):
            sector = _sector((words[first].text[cut:], *rest))
            if sector is not None:
                return sector, last, cut
    return None


@lru_cache(maxsize=16384)
def _cuts(word: str) -> tuple[int, ...]:
    fitting = (len(prefix) for prefix in _PREFIXES if word.startswith(prefix))
    return (0, *(length for length in fitting if len(word) - length >= 4))


@lru_cache(maxsize=16384)
def _sector(expression: tuple[str, ...]) -> str | None:
    if len(expression) == 1 and expression[0] in _needing_article():
        return None
    key = sound(_singular(word) for word in expression)
    needed = _NEEDED.get(len(phonetics.skeleton(key)), _NEEDED_OF_LONG)
    count = sum(not is_article(word) for word in expression)
    alike = [
        candidate
        for candidate in _index().lookup(key)
        if candidate.score >= needed and candidate.words == count
    ]
    best = [candidate.code for candidate in alike if candidate.score == alike[0].score]
    if not best:
        return None
    return _NO_SECTOR if _NO_SECTOR in best else best[0]


def _singular(word: str) -> str:
    plural = len(word) >= 6 and word.isascii() and word.endswith(("s", "x")) and not word.endswith("ss")
    return bare(word[:-1]) if plural else word
