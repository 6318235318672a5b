"""One way of folding text, shared by everything that reads what people type.

:func:`normalise` folds spelling (not meaning): compatibility forms, tatweel, vowel marks, hamza and alef, ta
marbuta, gaf, Latin accents and case, foreign digits, letters repeated for emphasis. Every character of the
result remembers which characters of the original it stands for, so that what is found in the folded text can
be pointed at in the message itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_TATWEEL = "\u0640"
_FOLDS = {
    **dict.fromkeys("أإآٱٲٳ", "ا"),
    **dict.fromkeys("ىیېۍئ", "ي"),
    **dict.fromkeys("ؤۇۆۋ", "و"),
    **dict.fromkeys("ةۃہەھۀ", "ه"),
    **dict.fromkeys("گڭݣڮکﻙ", "ك"),
    **dict.fromkeys("ڤۏڥ", "ف"),
    "پ": "ب",
    "چ": "ش",
    "ژ": "ج",
    "ء": "",
    **dict.fromkeys("’‘`´ʼʹ′", "'"),
    **dict.fromkeys("–—‑‐−", "-"),
    "،": ",",
    "؛": ";",
    "؟": "?",
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ı": "i",
}
_WORD = re.compile(r"[\u0600-\u06ff]+|[a-z0-9]+|[^\W_]+")
_ARABIC_LETTER = re.compile(r"[\u0600-\u06ff]")
_LATIN_LETTER = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_THREE_ALIKE = re.compile(r"([^\W\d_])\1\1")
_BREAK = re.compile(r"[,.;:!?\n()\[\]\"«»]")


@dataclass(frozen=True, kw_only=True)
class Normalised:
    """Folded text and, for each of its characters, the half-open range of the original that it stands for."""

    text: str
    original: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that the non-empty range ``start:end`` of the folded text stands for."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word (letters and digits) of a folded text; ``start`` and ``end`` are offsets in the folded text."""

    text: str
    start: int
    end: int
    arabic: bool
    broken: bool
    """Whether punctuation that ends a phrase stands between this word and the one before it."""


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = []
    for part in unicodedata.normalize("NFKC", character):
        if part in _FOLDS:
            folded.append(_FOLDS[part])
            continue
        for piece in unicodedata.normalize("NFD", part.lower()):
            if unicodedata.category(piece) in _DROPPED_CATEGORIES or piece == _TATWEEL:
                continue
            digit = unicodedata.digit(piece, None)
            folded.append(str(digit) if digit is not None else _FOLDS.get(piece, piece))
    return "".join(folded)


@lru_cache(maxsize=32)
def normalise(text: str) -> Normalised:
    """Fold ``text``. Three or more of the same letter become one; pairs stay, since they tell words apart in
    Arabizi.

    What reads a message asks for the same few texts again and again: those of the last messages are remembered, and no more of them, since
    they are people's words.
    """
    folded = [_fold_character(character) for character in text]
    joined = "".join(folded)
    if len(joined) == len(text) and "" not in folded:
        starts, ends = [*range(len(text))], [*range(1, len(text) + 1)]
    else:
        starts, ends = _origins(text, folded)
    if _THREE_ALIKE.search(joined):
        return _squeeze(text, joined, starts, ends)
    return Normalised(text=joined, original=text, starts=tuple(starts), ends=tuple(ends))


def _origins(text: str, folded: list[str]) -> tuple[list[int], list[int]]:
    """Where what each folded character stands for begins and ends in ``text``, whose characters were ``folded`` one by one."""
    starts: list[int] = []
    ends: list[int] = []
    for index, (character, pieces) in enumerate(zip(text, folded, strict=True)):
        if not pieces and ends and unicodedata.category(character) in _DROPPED_CATEGORIES:
            ends[-1] = index + 1
        starts.extend(index for _ in pieces)
        ends.extend(index + 1 for _ in pieces)
    return starts, ends


def _squeeze(original: str, characters: str, starts: list[int], ends: list[int]) -> Normalised:
    kept: list[str] = []
    kept_starts: list[int] = []
    kept_ends: list[int] = []
    index = 0
    while index < len(characters):
        run = index + 1
        while run < len(characters) and characters[run] == characters[index]:
            run += 1
        length = 1 if run - index >= 3 and characters[index].isalpha() else run - index
        kept.extend(characters[index : index + length])
        kept_starts.extend(starts[index : index + length])
        kept_ends.extend(ends[index : index + length - 1])
        kept_ends.append(ends[run - 1])
        index = run
    return Normalised(text="".join(kept), original=original, starts=tuple(kept_starts), ends=tuple(kept_ends))


def fold(text: str) -> str:
    """The folded text alone, with white space reduced to single spaces; for comparing."""
    return " ".join(normalise(text).text.split())


@lru_cache(maxsize=32)
def tokens(folded: str) -> tuple[Token, ...]:
    """The words of a folded text, in order. Scripts never share a word; digits stay with Latin letters."""
    found: list[Token] = []
    position = 0
    for match in _WORD.finditer(folded):
        broken = _BREAK.search(folded, position, match.start()) is not None
        arabic = _ARABIC_LETTER.match(match.group()) is not None
        found.append(
            Token(text=match.group(), start=match.start(), end=match.end(), arabic=arabic, broken=broken)
        )
        position = match.end()
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text``."""
    return tuple(token.text for token in tokens(normalise(text).text))


def share_of_arabic(text: str) -> float:
    """How much of the letters is Arabic script, from 0 to 1; 0 where there are no letters."""
    arabic = len(_ARABIC_LETTER.findall(text))
    latin = len(_LATIN_LETTER.findall(text))
    return arabic / (arabic + latin) if arabic + latin else 0.0
