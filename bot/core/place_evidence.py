"""When words are believed to be the name of a place: how alike they have to sound, by what is around them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import phonetics
from bot.core.name_index import Candidate

_NEVER = 1.1
_NEEDED_INSIDE = {1: (0.93, 0.93), 2: (0.93, 0.93), 3: (0.93, 0.86), 4: (0.88, 0.78)}
_NEEDED_INSIDE_LONG = (0.84, 0.78)
"""How alike one word has to sound to a commune's name, by its consonants: unhinted, and where a place is
expected.
"""
_OTHER_HEAD = 0.6
"""The common first word of a name (Sidi, Aït) has to be there; what follows alone makes no name."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """The first word of what may be a name. ``cut``: letters in front that do not belong to it."""

    word: int
    cut: int
    sound: str
    cued: bool
    """Whether it is said, before the name or in the letters cut off, that a place follows."""
    ordinary: bool
    doubtful: bool
    verb: bool
    loose: bool
    """Whether the letters cut off are such as are seldom written together with a name."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Some words in a row that may be a name. ``ordinary``: all of them are everyday words."""

    start: Start
    last: int
    key: str
    whole: bool
    ordinary: bool

    @property
    def first(self) -> int:
        return self.start.word

    @property
    def hinted(self) -> bool:
        return self.start.cued or self.whole


def needed(window: Window, candidate: Candidate) -> float:
    """How alike a name has to sound to be believed, from 0 to 1; above 1 where it never is."""
    if window.first == window.last or candidate.words == 1:
        return _needed_of_one_word(window, candidate)
    if candidate.head and not _has_head(window, candidate.head):
        return _NEVER
    if window.ordinary and not candidate.head:
        return 0.97 if window.hinted else 1.0
    if candidate.inside:
        return 0.82
    if window.start.ordinary and not candidate.head:
        return 0.97
    return 0.92 if candidate.fuzzy else 0.95


def _has_head(window: Window, head: str) -> bool:
    """Whether a name begins with its common first word (Sidi, Aït)."""
    away = phonetics.distance(window.start.sound, head, _OTHER_HEAD)
    return window.key.startswith(head) or away <= _OTHER_HEAD


def _needed_of_one_word(window: Window, candidate: Candidate) -> float:
    consonants = len(phonetics.skeleton(window.key))
    if window.ordinary or not _may_be_glued(window, candidate, consonants):
        return _NEVER
    if window.first != window.last:
        return 0.97 if candidate.inside and consonants >= 3 else _NEVER
    if window.start.loose and not candidate.inside:
        return _NEVER
    if window.start.verb:
        return 0.95
    if window.start.loose or (candidate.inside and not candidate.fuzzy):
        return 0.93
    if candidate.inside:
        sure, hint = _NEEDED_INSIDE.get(consonants, _NEEDED_INSIDE_LONG)
        return hint if window.hinted else sure
    return _needed_outside(window, candidate, consonants)


def _may_be_glued(window: Window, candidate: Candidate, consonants: int) -> bool:
    """Whether one word may be a name of several, written together."""
    if candidate.words == 1:
        return True
    if not window.key.startswith(candidate.head or window.key[:1]):
        return False
    return bool(candidate.head) or consonants >= 4


def _needed_outside(window: Window, candidate: Candidate, consonants: int) -> float:
    if window.start.doubtful:
        return 0.97 if window.start.cued else _NEVER
    if not candidate.fuzzy:
        told = candidate.words > 1 or (window.hinted and (not window.start.cut or consonants >= 4))
        enough = consonants >= 3 or (consonants == 2 and len(window.key) >= 5)
        return 0.96 if told and enough else _NEVER
    if consonants <= 2:
        return 0.97 if window.hinted else _NEVER
    if consonants == 3:
        return 0.92 if window.hinted else 0.97
    return 0.87 if window.hinted else 0.95
