"""Places in a message: communes of the province in any spelling, and places outside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from bot.core import phonetics
from bot.core.lexicons import word_set
from bot.core.name_index import Candidate, NameIndex, bare, is_article
from bot.core.place_evidence import Start, Window, needed
from bot.core.text import Normalised, Token, normalise, tokens

_LONGEST_WINDOW = 6
_SURE = 0.86
"""A place of the province that sounds less like its name than this is asked about."""
_CLOSE = 0.06
_ARABIC_PREFIX = re.compile(r"(?:و?[فبلدكم]|و|لل|ه)(?=..)")
_LATIN_PREFIX = re.compile(
    r"(?:dyal|men|mn|[wo]?f|[wo]?b|[wo]?m|[wo]?d|w|o|l|fel|bel|f[ie]|b[ie]|n)"
    r"(?=[a-z0-9]{4}|(?:ait|ayt|eit|ain|3in|ayn|bou|bo)$)"
)
_LATIN_ARTICLE = re.compile(r"(?:el|al|l)(?=[a-z0-9]{4})")
_SHORT_HEADS = frozenset({"بو", "bo"})
_USUAL_PREFIXES = frozenset({"ف", "ل", "ب", "لل", "f", "l", "b", "fl", "fel", "bel", "mn", "men"})
_VERB = re.compile(r"(?:k|t|gh?|4|8)an?(?=[b-df-hj-np-tv-z0-9]{2})|كان|غان|كن|تان|غن")


class Places(Protocol):
    """What knows the names of places; a gazetteer."""

    @property
    def index(self) -> NameIndex:
        """The names by sound."""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A place named in ``start:end`` of a message. ``uncertain``: ask before acting; ``alternatives`` are
    other codes it may mean.
    """

    code: str
    inside: bool
    start: int
    end: int
    score: float
    alternatives: tuple[str, ...] = ()
    uncertain: bool = False


@dataclass(frozen=True, kw_only=True)
class _Find:
    window: Window
    candidates: tuple[Candidate, ...]

    @property
    def rank(self) -> tuple[float, float, int]:
        best = self.candidates[0]
        return best.score * best.size, best.score, -self.window.start.cut


def match(text: str, places: Places) -> tuple[Mention, ...]:
    """The places named in ``text``, in order, without overlaps."""
    folded = normalise(text)
    return find(folded, tokens(folded.text), places.index)


def find(folded: Normalised, words: Sequence[Token], index: NameIndex) -> tuple[Mention, ...]:
    """As :func:`match`, for a message that is folded and split already."""
    taken: set[int] = set()
    mentions = []
    for found in sorted(_finds(words, index), key=lambda find: find.rank, reverse=True):
        covered = set(range(found.window.first, found.window.last + 1))
        if taken & covered:
            continue
        taken |= covered
        if not _names_an_administration(words, found):
            mentions.append(_mention(folded, words, found))
    return tuple(sorted(mentions, key=lambda mention: mention.start))


def _finds(words: Sequence[Token], index: NameIndex) -> Iterator[_Find]:
    for window in _windows(words, index.longest):
        candidates = tuple(
            candidate
            for candidate in index.lookup(window.key)
            if candidate.score >= needed(window, candidate)
        )
        if candidates:
            yield _Find(window=window, candidates=candidates)


def _windows(words: Sequence[Token], longest: int) -> Iterator[Window]:
    """All rows of words that may be a name; none ends with a word of grammar."""
    everyday, grammar = _everyday_words(), word_set("function_words")
    light = everyday | word_set("place_cues")
    for start in _starts(words):
        key, plain = start.sound, start.ordinary
        for last in range(start.word, min(start.word + _LONGEST_WINDOW, len(words))):
            following = words[last]
            if last > start.word:
                if following.broken or len(phonetics.skeleton(key)) > longest:
                    break
                if is_article(following.text):
                    continue
                key += phonetics.key(bare(following.text))
                plain = plain and following.text in light
                if following.text in grammar:
                    continue
            whole = len(words) <= last - start.word + 2
            yield Window(start=start, last=last, key=key, whole=whole, ordinary=plain)


def _starts(words: Sequence[Token]) -> Iterator[Start]:
    everyday, unsure = _everyday_words(), word_set("doubtful")
    cues = word_set("place_cues")
    for index, word in enumerate(words):
        if word.text.isdigit() or is_article(word.text) or (len(word.text) <= 3 and word.text in cues):
            continue
        for cut, beginning in _beginnings(word):
            loose = cut > 0 and word.text[:cut] not in _USUAL_PREFIXES
            yield Start(
                word=index,
                cut=cut,
                sound=phonetics.key(bare(beginning)),
                cued=(cut > 0 and not loose) or _cued(words, index),
                ordinary=bool({word.text, beginning, bare(beginning)} & everyday),
                doubtful=word.text in unsure or beginning in unsure,
                verb=_VERB.match(word.text) is not None,
                loose=loose,
            )


@lru_cache(maxsize=1)
def _everyday_words() -> frozenset[str]:
    lists = ("ordinary", "function_words", "wide_areas", "regions")
    return frozenset(word for name in lists for word in word_set(name))


def _beginnings(word: Token) -> Iterator[tuple[int, str]]:
    """The word itself and what is left of it without a preposition written in front of it."""
    yield 0, word.text
    prefix = (_ARABIC_PREFIX if word.arabic else _LATIN_PREFIX).match(word.text)
    if prefix is None:
        return
    rest = word.text[prefix.end() :]
    if len(rest) >= 3 or rest in _SHORT_HEADS:
        yield prefix.end(), rest
    if not word.arabic and (article := _LATIN_ARTICLE.match(rest)) and len(rest) - article.end() >= 3:
        yield prefix.end(), rest[article.end() :]


def _cued(words: Sequence[Token], first: int) -> bool:
    """Whether a word in front says that a place follows: in, to, from, commune, douar…"""
    cues = word_set("place_cues")
    for before in reversed(words[max(0, first - 2) : first]):
        if before.text in cues:
            return True
        if not is_article(before.text):
            return False
    return False


def _names_an_administration(words: Sequence[Token], found: _Find) -> bool:
    """Whether the name is that of the province or region as a whole, not of a town: "إقليم الخميسات"."""
    inside = found.candidates[0].inside
    wide = word_set("wide_areas") if inside else word_set("regions")
    for before in reversed(words[max(0, found.window.first - 2) : found.window.first]):
        if before.text in wide:
            return True
        if not (is_article(before.text) or before.text in {"de", "dyal", "ديال", "dial"}):
            return False
    return False


def _mention(folded: Normalised, words: Sequence[Token], found: _Find) -> Mention:
    best, others = _ranked(found.candidates)
    start, end = folded.span(
        words[found.window.first].start + found.window.start.cut, words[found.window.last].end
    )
    return Mention(
        code=best.code,
        inside=best.inside,
        start=start,
        end=end,
        score=best.score,
        alternatives=tuple(other.code for other in others),
        uncertain=bool(others) or (best.inside and best.score < _SURE),
    )


def _ranked(candidates: tuple[Candidate, ...]) -> tuple[Candidate, tuple[Candidate, ...]]:
    """The likeliest place, and those that are about as likely."""
    best = candidates[0]
    inside = next((candidate for candidate in candidates if candidate.inside), None)
    if inside is not None and not best.inside and best.score < 0.97 and inside.score > best.score - _CLOSE:
        best = inside
    others = [candidate for candidate in candidates if candidate.code != best.code]
    if best.shared:
        return best, tuple(candidate for candidate in others if candidate.shared)[:3]
    rivals = [candidate for candidate in others if candidate.score > best.score - _CLOSE]
    if best.score >= 0.97:
        rivals = [rival for rival in rivals if rival.score >= best.score and rival.inside == best.inside]
    elif best.inside and best.score >= 0.9:
        rivals = [rival for rival in rivals if rival.inside]
    return best, tuple(rivals[:3]) if best.inside else tuple(rival for rival in rivals if rival.inside)
