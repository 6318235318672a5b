"""The forms in which the learned parts look at a message.

One spelling is never enough for people who write Darija: the same word comes in two scripts and many ways. So
each message is seen as folded words, as the sound of its words (one alphabet for both scripts), as that sound
without short vowels, as consonants alone, as the meanings of the words that the concept lexicon knows, and with the words that
every message uses put to Standard Arabic.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from bot.core.phonetics import key, skeleton
from bot.core.text import normalise, tokens
from bot.rasa_components.concepts import concepts, sound_without_short_vowels
from bot.rasa_components.standard_words import in_standard

_NOTHING = "_"
_MARKS = frozenset("?!")


@lru_cache(maxsize=4096)
def _is_picture(character: str) -> bool:
    return unicodedata.category(character) == "So"


def has_content(text: str) -> bool:
    """Whether there is a letter, a digit, an emoji or a question mark in it."""
    return any(letter.isalnum() or letter in "?؟" or _is_picture(letter) for letter in text)


@lru_cache(maxsize=256)
def views(text: str) -> dict[str, str]:
    """Views of ``text`` by name, each a string of words separated by single spaces."""
    folded = normalise(text).text
    words = [token.text for token in tokens(folded)]
    sounds = [key(word) for word in words]
    signs = sorted({sign for sign in folded if sign in _MARKS or _is_picture(sign)})
    return {
        "words": " ".join([*words, *signs]),
        "sounds": " ".join(sound or _NOTHING for sound in sounds),
        "bones": " ".join(sound_without_short_vowels(word) or _NOTHING for word in words),
        "skeletons": " ".join(skeleton(sound) or _NOTHING for sound in sounds),
        "concepts": " ".join(concepts(words)),
        "standard": " ".join(in_standard(words)),
    }
