"""Darija in Latin letters and digits, written in Arabic script: a second look, never instead of the message.

There is no one spelling of Darija in either script. Consonants are mapped one to one; every vowel that is
written is kept as a long one except ``e``, since that is how people mostly write in Arabic script.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.text import normalise

_WORD = re.compile(r"[a-z0-9']+")
_GROUPS = {
    "tch": "تش", "sch": "ش", "ch": "ش", "sh": "ش", "kh": "خ", "gh": "غ", "th": "ت", "dh": "د",
    "ph": "ف", "ou": "و", "oo": "و", "ai": "اي", "ay": "اي", "ei": "اي", "ey": "اي", "3'": "غ",
    "9'": "ض", "7'": "خ",
}  # fmt: skip
_LETTERS = {
    "a": "ا", "b": "ب", "c": "ك", "d": "د", "e": "", "f": "ف", "g": "ك", "h": "ه", "i": "ي",
    "j": "ج", "k": "ك", "l": "ل", "m": "م", "n": "ن", "o": "و", "p": "ب", "q": "ق", "r": "ر",
    "s": "س", "t": "ت", "u": "و", "v": "ف", "w": "و", "x": "خ", "y": "ي", "z": "ز", "2": "ا",
    "3": "ع", "5": "خ", "6": "ط", "7": "ح", "8": "غ", "9": "ق", "'": "",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_GROUPS, key=len, reverse=True)) + "|[a-z0-9']")
_NUMBER = re.compile(r"\d{2}|[014]")
"""How words begin that are numbers with a unit, not Darija with digits for letters."""
_DOUBLED = re.compile(r"([^aeiou\d])\1")
_ARTICLE = re.compile(r"(?:el|al|l)(?=[^aeiouyl\W]{1}[a-z0-9]{2})")


def to_arabic(text: str) -> str:
    """``text`` folded, its Latin-script words in Arabic script; numbers and all else stay as they are."""
    return _WORD.sub(lambda match: _word(match.group()), normalise(text).text)


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    if _NUMBER.match(word) or not any("a" <= letter <= "z" for letter in word):
        return word
    article = _ARTICLE.match(word)
    body = word[article.end() :] if article else word
    sounds = _SOUND.findall(_DOUBLED.sub(r"\1", body))
    arabic = "".join(_GROUPS.get(sound, _LETTERS.get(sound, "")) for sound in sounds)
    if article and arabic.endswith("ا"):
        arabic = arabic[:-1] + "ه"
    if body[0] in "aeiou" and not arabic.startswith("ا"):
        arabic = "ا" + arabic
    return ("ال" if article else "") + arabic
