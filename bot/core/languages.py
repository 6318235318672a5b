"""The language that somebody asks to be answered in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.lexicons import BrokenLexicon, load, strings
from bot.core.text import Normalised, Token, normalise, tokens

_INTO = 2
_SHORT = 4
"""A message of so few words that names a language asks for it."""
_PREFIX = re.compile(r"(?:w?[bfl]|bl|bel|fl|fel|lel|و?[بفل]|لل)(?=..)")
_LATIN_ALONE = frozenset({"arabizi", "latin", "latine", "لاتينيه", "اللاتينيه"})
_LESS_THAN = frozenset({"على", "علي", "3la"})
"""Rather this *than* that."""
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


@dataclass(frozen=True, kw_only=True)
class Script:
    """Letters that are asked for: ``arabic`` or ``latin``, named by the word at ``word``."""

    letters: str
    word: int


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
    script = _script(words)
    if not named or not _asked(words, named):
        return _of_script(folded, words, script)
    wanted = [language for language in named if language.wanted >= 0]
    if not wanted:
        return _of_script(folded, words, script)
    best = max(wanted, key=lambda language: (language.wanted, language.first))
    darija = next((language for language in wanted if language.language == "darija"), None)
    if darija is not None and best.language == "ar" and 0 < best.first - darija.first <= 3:
        best, script = darija, Script(letters="arabic", word=best.first)  # "Darija, in Arabic"
    start, end = folded.span(words[best.first].start + best.cut, words[best.last].end)
    return LanguageMention(variety=_variety(best.language, script, folded), start=start, end=end)


def _of_script(folded: Normalised, words: Sequence[Token], script: Script | None) -> LanguageMention | None:
    """Where only letters are asked for, it is Darija in these letters."""
    if script is None or not (len(words) <= _SHORT or _list("asking") & {word.text for word in words}):
        return None
    start, end = folded.span(words[script.word].start, words[script.word].end)
    return LanguageMention(variety=_variety("darija", script, folded), start=start, end=end)


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
    before = _phrase_before(words, index)
    refused = bool(_list("refusing") & set(before[-3:]))
    close = (
        cut > 0
        or bool(before and into.match(before[-1]))
        or bool(index and into.match(words[index - 1].text))
    )
    if refused and not (close and before and before[-1] in _list("asking")):
        return -1
    if len(before) > 1 and before[-1] in _LESS_THAN:
        return -1
    return _INTO if close else 1


def _phrase_before(words: Sequence[Token], index: int) -> list[str]:
    """Up to four words in front, back to the last punctuation."""
    phrase: list[str] = []
    place = index
    while place > 0 and not words[place].broken and len(phrase) < 4:
        place -= 1
        if words[place].text not in _APART:
            phrase.insert(0, words[place].text)
    return phrase


def _asked(words: Sequence[Token], named: Sequence[_Named]) -> bool:
    if len(words) <= _SHORT:
        return True
    into = {language.language for language in named if language.wanted == _INTO}
    if len(words) <= _SHORT + 3 and len(into) == 1:
        return True
    around: set[str] = set()
    for language in named:
        around.update(word.text for word in words[max(0, language.first - 5) : language.last + 3])
    return bool(_list("asking") & around)


def _script(words: Sequence[Token]) -> Script | None:
    """The letters that are asked for, if any."""
    for index, word in enumerate(words):
        if not _pattern("letters").match(_without_prefix(word.text)):
            continue
        for place in range(index + 1, min(index + 3, len(words))):
            following = words[place]
            text = _without_prefix(following.text)
            for script in ("arabic", "latin"):
                if _pattern(script).match(text) or _pattern(script).match(following.text):
                    return Script(letters=script, word=place)
    for index, word in enumerate(words):
        if word.text in _LATIN_ALONE:
            return Script(letters="latin", word=index)
    return None


def _variety(language: str, script: Script | None, folded: Normalised) -> str:
    if language != "darija":
        return language
    letters = script.letters if script else None
    if letters is None:
        latin = sum("a" <= letter <= "z" for letter in folded.text)
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in folded.text)
        letters = "arabic" if arabic >= latin else "latin"
    return "ary-Arab" if letters == "arabic" else "ary-Latn"
