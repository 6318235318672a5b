"""The sector of an activity that a message speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core import phonetics
from bot.core.lexicons import BrokenLexicon, load
from bot.core.name_index import Name, NameIndex, bare, is_article, sound
from bot.core.text import Normalised, Token, normalise, tokens

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
_LONGEST_WINDOW = 5
_NEEDED = {0: 1.0, 1: 1.0, 2: 1.0, 3: 0.975, 4: 0.96}
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
        if sector not in (*SECTORS, _NO_SECTOR) or not isinstance(lines, list):
            raise BrokenLexicon(f"sectors.yml: '{sector}' is no sector, or not a list")
        for line in lines:
            for name in str(line).split(","):
                yield Name(code=sector, name=name.strip(), inside=True, fuzzy=False)


def match(text: str) -> tuple[SectorMention, ...]:
    """The sectors that ``text`` speaks of, in order, each once."""
    folded = normalise(text)
    return find(folded, tokens(folded.text))


def find(folded: Normalised, words: Sequence[Token]) -> tuple[SectorMention, ...]:
    """As :func:`match`, for a message that is folded and split already."""
    mentions: list[SectorMention] = []
    index = 0
    while index < len(words):
        found = _longest(words, index)
        if found is None:
            index += 1
            continue
        sector, last, cut = found
        if sector != _NO_SECTOR and all(mention.sector != sector for mention in mentions):
            start, end = folded.span(words[index].start + cut, words[last].end)
            mentions.append(SectorMention(sector=sector, start=start, end=end))
        index = last + 1
    return tuple(mentions)


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


def _cuts(word: str) -> Iterator[int]:
    yield 0
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 4:
            yield len(prefix)


@lru_cache(maxsize=16384)
def _sector(expression: tuple[str, ...]) -> str | None:
    key = sound(_singular(word) for word in expression)
    needed = _NEEDED.get(len(phonetics.skeleton(key)), _NEEDED_OF_LONG)
    count = sum(not is_article(word) for word in expression)
    for candidate in _index().lookup(key):
        if candidate.score >= needed and candidate.words == count:
            return candidate.code
    return None


def _singular(word: str) -> str:
    plural = len(word) >= 6 and word.isascii() and word.endswith(("s", "x")) and not word.endswith("ss")
    return bare(word[:-1]) if plural else word
