"""Words that every message uses, in Standard Arabic whichever dialect they were typed in: a small lexicon, matched by sound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from bot.core.text import fold
from bot.rasa_components.concepts import sound_without_short_vowels

_PATH = Path(__file__).with_name("standard_words.yml")
_FEWEST_SOUNDS = 2
_AND = re.compile("^[wf](?=.{3})")


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Sounds of the standard words by the sound of a word; of several the first in the file."""
    found: dict[str, tuple[str, ...]] = {}
    for standard, listed in yaml.safe_load(_PATH.read_text(encoding="utf-8")).items():
        sounds = tuple(sound_without_short_vowels(word) for word in fold(standard.replace("_", " ")).split())
        for word in listed.split():
            sound = sound_without_short_vowels(fold(word))
            if len(sound) >= _FEWEST_SOUNDS:
                found.setdefault(sound, sounds)
    return found


@lru_cache(maxsize=65536)
def _of_word(word: str) -> tuple[str, ...]:
    sound = sound_without_short_vowels(word)
    known = _lexicon()
    return known.get(sound) or known.get(_AND.sub("", sound)) or (sound,)


def in_standard(words: Sequence[str]) -> list[str]:
    """The sounds of folded words, without short vowels, each dialect word as the standard word for it."""
    return [sound for word in words for sound in _of_word(word)]
