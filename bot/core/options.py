"""The number that somebody chooses from a list that was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.core.lexicons import BrokenLexicon, load, strings
from bot.core.text import Normalised, Token, normalise, tokens

_LARGEST = 99
_LONGEST_MARKED = 5
"""In a longer message "number 12" is that of a bus or a house."""
_DIGITS = re.compile(r"(?:n|no|num|nr)?(\d{1,2})(?:er|ere|e|eme|ieme)?$")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The option ``number`` (0 is the menu's way back), named in ``start:end`` of a message."""

    number: int
    start: int
    end: int


@lru_cache(maxsize=1)
def _values() -> tuple[tuple[int, re.Pattern[str]], ...]:
    values = load("options").get("values")
    if not isinstance(values, dict):
        raise BrokenLexicon("options.yml: 'values' has to be a mapping of numbers")
    return tuple((int(number), re.compile(f"(?:{spellings})$")) for number, spellings in values.items())


@lru_cache(maxsize=4)
def _words(name: str) -> frozenset[str]:
    return frozenset(
        word for text in strings(load("options").get(name), f"options.yml: {name}") for word in text.split()
    )


@lru_cache(maxsize=4096)
def _number(word: str) -> int | None:
    digits = _DIGITS.match(word)
    if digits is not None:
        return int(digits.group(1))
    single = re.sub(r"([a-z])\1", r"\1", word)
    for number, pattern in _values():
        if pattern.match(word) or pattern.match(single):
            return number
    return None


def asks_for_menu(text: str) -> bool:
    """Whether ``text`` is no more than the word for the menu."""
    said = {word.text for word in tokens(normalise(text).text)}
    return bool(said) and said <= _words("menu") | _words("fillers") and bool(said & _words("menu"))


def match(text: str) -> Choice | None:
    """The option that ``text`` chooses, or ``None``."""
    folded = normalise(text)
    return find(folded, tokens(folded.text))


def find(folded: Normalised, words: Sequence[Token]) -> Choice | None:
    """As :func:`match`, for a message that is folded and split already.

    A number is a choice where it is the whole message but for words like "I take",
    "please"; and behind "number", "option" in a short one.
    """
    marked = [
        word
        for before, word in pairwise(words)
        if before.text in _words("markers") and _number(word.text) is not None
    ]
    if len(marked) == 1 and len(words) <= _LONGEST_MARKED:
        return _choice(folded, marked[0])
    rest = [
        word for word in words if word.text not in _words("fillers") and word.text not in _words("markers")
    ]
    if not rest:
        rest = [word for word in words if _number(word.text) is not None]
    if len(rest) == 1 and len(words) <= 6 and _number(rest[0].text) is not None:
        return _choice(folded, rest[0])
    return None


def _choice(folded: Normalised, word: Token) -> Choice | None:
    number = _number(word.text)
    if number is None or number > _LARGEST:
        return None
    start, end = folded.span(word.start, word.end)
    return Choice(number=number, start=start, end=end)
