"""The language that somebody asks to be answered in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.lexicons import BrokenLexicon, load, strings
from bot.core.text import Normalised, Token, normalise, tokens

_SHORT = 4
"""A message of so few words that names a language asks for it."""
_PREFIX = re.compile(r"(?:w?[bfl]|bl|bel|fl|fel|lel|و?[بفل]|لل)(?=..)")
_APART = frozenset({"l", "el", "al", "la", "le", "les", "ال"})


@dataclass(frozen=True, kw_only=True)
class LanguageMention:
    """The variety asked for (``ary-Arab``, ``ary-Latn``, ``ar``, ``fr``) in ``start:end`` of a message."""

    variety: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Named:
    language: str
    first: int
    last: int
    cut: int
    wanted: int
    """How much the words around it speak for its being asked for; below 0 it is refused."""


@lru_cache(maxsize=16)
def _pattern(name: str) -> re.Pattern[str]:
    content = load("languages")
    spellings = content.get("languages", {}).get(name) or content.get(name)
    if not isinstance(spellings, str):
        raise BrokenLexicon(f"languages.yml: no spellings of '{name}'")
    return re.compile(f"(?:{spellings})$")


@lru_cache(maxsize=4)
def _list(name: str) -> frozenset[str]:
    return frozenset(strings(load("languages").get(name), f"languages.yml: {name}"))


@lru_cache(maxsize=8192)
def _language(word: str) -> tuple[str, int] | None:
    """The language that a word names, and the letters in front of it that are a preposition."""
    prefix = _PREFIX.match(word)
    for cut in (0, prefix.end() if prefix else 0):
        rest = word[cut:]
        for language in ("darija", "fr", "ar"):
            if _pattern(language).match(rest):
                return language, cut
    return None


def match(text: str) -> LanguageMention | None:
    """The language that ``text`` asks for, or ``None`` where it only speaks of languages, or of none."""
    folded = normalise(text)
    return find(folded, tokens(folded.text))


def find(folded: Normalised, words: Sequence[Token]) -> LanguageMention | None:
    """As :func:`match`, for a message that is folded and split already."""
    named = _named(words)
    if not named or not _asked(words, named):
        return None
    wanted = [language for language in named if language.wanted >= 0]
    if not wanted:
        return None
    best = max(wanted, key=lambda language: (language.wanted, language.first))
    script = _script(words)
    variety = _variety(best.language, script, folded)
    start, end = folded.span(words[best.first].start + best.cut, words[best.last].end)
    return LanguageMention(variety=variety, start=start, end=end)


def _named(words: Sequence[Token]) -> list[_Named]:
    found = []
    for index, word in enumerate(words):
        known = _language(word.text)
        if known is None or _is_of_letters(words, index):
            continue
        language, cut = known
        found.append(
            _Named(language=language, first=index, last=index, cut=cut, wanted=_wanted(words, index, cut))
        )
    return found


def _is_of_letters(words: Sequence[Token], index: int) -> bool:
    """Whether the word says in which letters, not in which language: "b l7orof l3arbiya"."""
    before = [word.text for word in words[max(0, index - 2) : index]]
    return any(_pattern("letters").match(_without_prefix(text)) for text in before)


def _without_prefix(word: str) -> str:
    prefix = _PREFIX.match(word)
    return word[prefix.end() :] if prefix and not _pattern("letters").match(word) else word


def _wanted(words: Sequence[Token], index: int, cut: int) -> int:
    into = _pattern("into")
    before = [word.text for word in words[max(0, index - 4) : index] if word.text not in _APART]
    if words[index].broken:
        before = []
    refused = bool(_list("refusing") & set(before[-3:]))
    close = (
        cut > 0
        or bool(before and into.match(before[-1]))
        or bool(index and into.match(words[index - 1].text))
    )
    if refused and not (close and before and before[-1] in _list("asking")):
        return -1
    return 2 if close else 1


def _asked(words: Sequence[Token], named: Sequence[_Named]) -> bool:
    if len(words) <= _SHORT:
        return True
    around: set[str] = set()
    for language in named:
        around.update(word.text for word in words[max(0, language.first - 5) : language.last + 3])
    return bool(_list("asking") & around)


def _script(words: Sequence[Token]) -> str | None:
    """The letters that are asked for, if any: ``arabic`` or ``latin``."""
    for index, word in enumerate(words):
        if not _pattern("letters").match(_without_prefix(word.text)):
            continue
        for following in words[index + 1 : index + 3]:
            text = _without_prefix(following.text)
            for script in ("arabic", "latin"):
                if _pattern(script).match(text) or _pattern(script).match(following.text):
                    return script
    if any(word.text in {"arabizi", "latin", "لاتينيه", "اللاتينيه", "latine"} for word in words):
        return "latin"
    return None


def _variety(language: str, script: str | None, folded: Normalised) -> str:
    if language != "darija":
        return language
    if script is None:
        latin = sum("a" <= letter <= "z" for letter in folded.text)
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in folded.text)
        script = "arabic" if arabic >= latin else "latin"
    return "ary-Arab" if script == "arabic" else "ary-Latn"
