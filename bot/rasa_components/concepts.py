"""Words of the domain by meaning, whatever the variety and spelling: a lexicon of concepts, matched by
sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from bot.core.phonetics import key
from bot.core.text import fold

_PATH = Path(__file__).with_name("concepts.yml")
_FEWEST_SOUNDS_OF_A_STEM = 3
_SHORT_VOWELS = str.maketrans("", "", "aeE")
_GLUED = re.compile(r"^(?:w|f|b|k|d)?l(?=.{3})|^(?:w|f|b|k|d)(?=.{3})")


@lru_cache(maxsize=65536)
def sound_without_short_vowels(word: str) -> str:
    """How a folded word sounds, without the short vowels, which everybody writes or leaves out differently;
    short words keep them."""
    sounds = key(word)
    shorter = sounds.translate(_SHORT_VOWELS)
    return shorter if len(shorter) >= _FEWEST_SOUNDS_OF_A_STEM else sounds


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Concepts by whole word and by stem."""
    whole: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    for concept, listed in yaml.safe_load(_PATH.read_text(encoding="utf-8")).items():
        for entry in listed.split():
            if "_" in entry:
                continue
            sound = sound_without_short_vowels(fold(entry.rstrip("*")))
            target = stems if entry.endswith("*") and len(sound) >= _FEWEST_SOUNDS_OF_A_STEM else whole
            known = target.setdefault(sound, [])
            if concept not in known:
                known.append(concept)
    return {sound: tuple(names) for sound, names in whole.items()}, {s: tuple(n) for s, n in stems.items()}


def _without_glued(sound: str) -> Iterator[str]:
    yield sound
    bare = _GLUED.sub("", sound, count=1)
    if bare != sound:
        yield bare


@lru_cache(maxsize=65536)
def _of_word(word: str) -> tuple[str, ...]:
    whole, stems = _lexicon()
    for sound in _without_glued(sound_without_short_vowels(word)):
        if sound in whole:
            return whole[sound]
        for length in range(len(sound), _FEWEST_SOUNDS_OF_A_STEM - 1, -1):
            if sound[:length] in stems:
                return stems[sound[:length]]
    return ()


def concepts(words: Sequence[str]) -> list[str]:
    """The concepts named by folded words, in order."""
    return [concept for word in words for concept in _of_word(word)]
