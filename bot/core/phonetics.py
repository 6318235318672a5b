"""How a word sounds, roughly and alike for both scripts, so that spellings of one name can be compared.

A *key* is a string over a small alphabet: consonants ``b t j h x d r z s c f q k g G l m n`` (``c`` is ش/ch,
``x`` خ/kh, ``G`` غ/gh) and vowels ``a y w e E`` (``E`` is ع, which French spelling writes as a vowel or not
at all). A *skeleton* keeps the consonants only, with those that people confuse folded together.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ARABIC = {
    "ا": "a", "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "x", "د": "d", "ذ": "d", "ر": "r",
    "ز": "z",
    "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "ع": "E", "غ": "G", "ف": "f", "ق": "q",
    "ك": "k",
    "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y",
}  # fmt: skip
# In this order: a "c" of the result is always ch.
_LATIN_GROUPS = (
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"c(?!h)"), "k"),
    (re.compile(r"tch|sch|ch|sh"), "c"),
    (re.compile(r"eau|au|ou|oo"), "w"),
    (re.compile(r"kh"), "x"),
    (re.compile(r"gh"), "G"),
    (re.compile(r"th"), "t"),
    (re.compile(r"dh"), "d"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"gu(?=[ei])"), "g"),
    (re.compile(r"ei"), "ay"),
    (re.compile(r"(?<=[ae3])h$"), ""),
)
_LATIN = {
    "2": "", "3": "E", "4": "G", "5": "x", "6": "t", "7": "h", "8": "G", "9": "q", "o": "w", "u": "w",
    "i": "y", "p": "b", "v": "f",
}  # fmt: skip
_KEY_LETTERS = frozenset("btjhxdrzscfqkgGlmnaeywE")
VOWELS = frozenset("aeywE")
_SKELETON = str.maketrans({"q": "k", "g": "k", "G": "k", "x": "h", "d": "t", **dict.fromkeys("aeywE", "")})
_REPEATED = re.compile(r"(.)\1+")

_NEAR = {
    frozenset(pair): cost
    for pair, cost in (
        ("kq", 0.2), ("gG", 0.3), ("kg", 0.35), ("qg", 0.3), ("qG", 0.5), ("kx", 0.4), ("hx", 0.4),
        ("xG", 0.5), ("kG", 0.6),
        ("Gr", 0.4), ("dt", 0.5), ("sz", 0.5), ("sc", 0.6), ("jc", 0.6), ("jz", 0.7), ("jg", 0.5),
        ("bf", 0.7), ("mn", 0.6),
        ("nl", 0.7), ("rl", 0.7), ("hE", 0.5),
    )
}  # fmt: skip


@lru_cache(maxsize=65536)
def key(word: str) -> str:
    """The sound of one folded word (Arabic or Latin script), without doubled letters."""
    if "\u0600" <= word[:1] <= "\u06ff":
        body = word[:-1] + "ا" if word.endswith("ه") and len(word) > 2 else word
        sounds = "".join(_ARABIC.get(letter, "") for letter in body)
    else:
        sounds = _latin_key(word)
    return _REPEATED.sub(r"\1", sounds)


def _latin_key(word: str) -> str:
    sounds = word
    for pattern, sound in _LATIN_GROUPS:
        sounds = pattern.sub(sound, sounds)
    return "".join(_LATIN.get(letter, letter if letter in _KEY_LETTERS else "") for letter in sounds)


@lru_cache(maxsize=65536)
def skeleton(sounds: str) -> str:
    """The consonants of a key, look-alikes folded."""
    return sounds.translate(_SKELETON)


def weight(sounds: str) -> float:
    """How much there is to compare in a key: a consonant counts 1, a vowel 0.35."""
    return sum(0.35 if sound in VOWELS else 1.0 for sound in sounds)


def _gap(sound: str) -> float:
    if sound == "e":
        return 0.1
    if sound in VOWELS:
        return 0.25
    return 0.6 if sound == "h" else 1.0


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in VOWELS and other in VOWELS:
        return 0.1 if "e" in (one, other) else 0.2
    return _NEAR.get(frozenset((one, other)), 1.0)


_SOUNDS = "btjhxdrzscfqkgGlmnaeywE"
_GAPS = {sound: _gap(sound) for sound in _SOUNDS}
_SWAPS = {one: {other: _swap(one, other) for other in _SOUNDS} for one in _SOUNDS}
_TRANSPOSED = 0.6


def distance(one: str, other: str, limit: float = 99.0) -> float:
    """Weighted edit distance of two keys: vowels are cheap, sounds that people confuse are cheaper than
    others.

    Where it is more than ``limit``, any number above ``limit`` is returned.
    """
    start = 0
    shortest = min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    return _distance(one[start:], other[start:], limit)


def _distance(one: str, other: str, limit: float) -> float:
    before: list[float] = []
    last = [0.0]
    for sound in other:
        last.append(last[-1] + _GAPS[sound])
    for row, left in enumerate(one):
        gap, swaps = _GAPS[left], _SWAPS[left]
        current = [last[0] + gap]
        for column, right in enumerate(other):
            best = last[column] + swaps[right]
            best = min(best, last[column + 1] + gap, current[column] + _GAPS[right])
            if row and column and left == other[column - 1] and right == one[row - 1]:
                best = min(best, before[column - 1] + _TRANSPOSED)
            current.append(best)
        if min(current) > limit + _TRANSPOSED:
            return limit + 1.0
        before, last = last, current
    return last[-1]
