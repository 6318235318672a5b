"""Places in a message: communes of the province in any spelling, and places outside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core import phonetics
from bot.core.lexicons import word_set
from bot.core.name_index import Candidate, NameIndex, bare, is_article
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
_NEVER = 1.1
_OTHER_HEAD = 0.6
"""The common first word of a name (Sidi, Aït) has to be there; what follows alone makes no name."""


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
class _Window:
    """Some words in a row that may be a name. ``cut``: letters in front of the first word that do not belong
    to it.
    """

    first: int
    last: int
    cut: int
    key: str
    head: str
    cued: bool
    whole: bool
    ordinary: bool
    doubtful: bool
    verb: bool
    loose: bool
    """Whether the letters cut off are such as are seldom written together with a name."""


@dataclass(frozen=True, kw_only=True)
class _Find:
    window: _Window
    candidates: tuple[Candidate, ...]

    @property
    def rank(self) -> tuple[float, float, int]:
        best = self.candidates[0]
        return best.score * best.size, best.score, -self.window.cut


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
            if candidate.score >= _needed(window, candidate)
        )
        if candidates:
            yield _Find(window=window, candidates=candidates)


def _windows(words: Sequence[Token], longest: int) -> Iterator[_Window]:
    ordinary, unsure, cues = word_set("ordinary"), word_set("doubtful"), word_set("place_cues")
    for first, word in enumerate(words):
        if word.text.isdigit() or is_article(word.text) or (len(word.text) <= 3 and word.text in cues):
            continue
        for cut, beginning in _beginnings(word):
            key = head = phonetics.key(bare(beginning))
            loose = cut > 0 and word.text[:cut] not in _USUAL_PREFIXES
            verb = _VERB.match(word.text) is not None
            cued = (cut > 0 and not loose) or _cued(words, first)
            doubtful = word.text in unsure or beginning in unsure
            plain = word.text in ordinary or beginning in ordinary or bare(beginning) in ordinary
            for last in range(first, min(first + _LONGEST_WINDOW, len(words))):
                if last > first:
                    following = words[last]
                    if following.broken or len(phonetics.skeleton(key)) > longest:
                        break
                    if is_article(following.text):
                        continue
                    key += phonetics.key(bare(following.text))
                    plain = plain and (following.text in ordinary or following.text in cues)
                whole = len(words) <= last - first + 2
                yield _Window(
                    first=first,
                    last=last,
                    cut=cut,
                    key=key,
                    head=head,
                    cued=cued,
                    whole=whole,
                    ordinary=plain,
                    doubtful=doubtful,
                    verb=verb,
                    loose=loose,
                )


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


def _needed(window: _Window, candidate: Candidate) -> float:
    """How alike a name has to sound to be believed, from 0 to 1; above 1 where it never is."""
    length = window.last - window.first + 1
    consonants = len(phonetics.skeleton(window.key))
    hinted = window.cued or window.whole
    if length == 1 or candidate.words == 1:
        return _needed_of_one_word(window, candidate, consonants, hinted)
    if candidate.head and not _has_head(window, candidate.head):
        return _NEVER
    if window.ordinary and not candidate.head:
        return 0.97 if hinted else 1.0
    return 0.82 if candidate.inside else 0.92


def _has_head(window: _Window, head: str) -> bool:
    return window.key.startswith(head) or phonetics.distance(window.head, head, _OTHER_HEAD) <= _OTHER_HEAD


def _needed_of_one_word(window: _Window, candidate: Candidate, consonants: int, hinted: bool) -> float:
    if window.ordinary:
        return _NEVER
    if candidate.words > 1 and not window.key.startswith(candidate.head or window.key[:1]):
        return _NEVER
    if candidate.words > 1 and not candidate.head and consonants < 4:
        return _NEVER
    if window.first != window.last:
        return 0.97 if candidate.inside and consonants >= 3 else _NEVER
    if window.loose and not candidate.inside:
        return _NEVER
    if window.loose or window.verb or (candidate.inside and not candidate.fuzzy):
        return 0.93
    if candidate.inside:
        sure, hint = (0.84, 0.78) if consonants >= 5 else (0.88, 0.78) if consonants == 4 else (0.93, 0.86)
        return hint if hinted else sure
    return _needed_outside(window, candidate, consonants, hinted)


def _needed_outside(window: _Window, candidate: Candidate, consonants: int, hinted: bool) -> float:
    if window.doubtful:
        return 0.97 if window.cued else _NEVER
    if not candidate.fuzzy:
        told = candidate.words > 1 or (hinted and (not window.cut or consonants >= 4))
        enough = consonants >= 3 or (consonants == 2 and len(window.key) >= 5)
        return 0.96 if told and enough else _NEVER
    if consonants <= 2:
        return 0.97 if hinted else _NEVER
    if consonants == 3:
        return 0.92 if hinted else 0.97
    return 0.87 if hinted else 0.95


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
    start, end = folded.span(words[found.window.first].start + found.window.cut, words[found.window.last].end)
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
