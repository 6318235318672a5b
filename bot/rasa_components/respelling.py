"""Examples spelt once more, as people in a hurry might: what the models learn beside the examples themselves.

Nobody spells Darija twice alike, and no author thinks of all spellings. So a share of the examples is learnt a second
time with some words spelt otherwise, and a share of the French ones with a courtesy in front or behind, which
says nothing about what is asked. The share of each was chosen on authors whose other examples were not trained on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.core.locales import Variety
from bot.rasa_components.examples import Example

_PATH = Path(__file__).with_name("respelling.yml")
_RESPELT = {Variety.DARIJA_LATIN.value: 0.5, Variety.DARIJA_ARABIC.value: 0.35}
_WITH_COURTESY = {Variety.FRENCH.value: 0.3}
# Messages that are courtesies themselves, or values that others stand beside.
_COURTESIES = frozenset({"greet", "thank", "goodbye", "affirm", "deny", "inform"})
# How likely a word is spelt otherwise, mistyped, or glued to a short one before it.
_OTHERWISE, _MISTYPED, _GLUED = 0.4, 0.12, 0.06
_IN_FRONT, _BEHIND = 0.75, 0.4
_SHORT, _LONG = 2, 5
_ARABIC = re.compile("[\u0600-\u06ff]")
_KEPT = re.compile(r".*\d{2}.*|tiflet|rabat|تيفلت|الرباط")
_SEPARATORS = (" ", ", ", " ", "\n", " . ")

Rules = Sequence[tuple[re.Pattern[str], Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Respelt:
    """Another way to write the example at ``index``."""

    index: int
    text: str


def respelt(examples: Iterable[Example], seed: int) -> Iterator[Respelt]:
    """Other ways to write some of the examples; the same ones for the same ``seed``."""
    chance = np.random.default_rng(seed)
    for index, example in enumerate(examples):
        if chance.random() < _RESPELT.get(example.variety, 0.0):
            yield Respelt(index=index, text=spelt_otherwise(example.text, chance))
        if example.intent in _COURTESIES:
            continue
        if chance.random() < _WITH_COURTESY.get(example.variety, 0.0):
            yield Respelt(index=index, text=_with_courtesy(example.text, chance))


def spelt_otherwise(text: str, chance: np.random.Generator) -> str:
    """``text`` with some of its words spelt otherwise or mistyped; plain names and numbers stay."""
    written: list[str] = []
    for word in text.split():
        if _KEPT.fullmatch(word):
            written.append(word)
            continue
        drawn = chance.random()
        if drawn < _OTHERWISE and len(word) > _SHORT:
            word = _otherwise(word, chance)
        elif drawn < _OTHERWISE + _MISTYPED:
            word = _mistyped(word, chance)
        if written and len(written[-1]) <= _SHORT and chance.random() < _GLUED:
            written[-1] += word
        else:
            written.append(word)
    return " ".join(written)


@lru_cache(maxsize=1)
def _lists() -> tuple[Rules, Rules, Mapping[str, Sequence[str]]]:
    """Spellings of Latin and of Arabic script, and the courtesies."""
    content: Mapping[str, Any] = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    latin, arabic = (
        [
            (re.compile(str(pattern)), [str(one) for one in others])
            for pattern, others in content[name].items()
        ]
        for name in ("latin", "arabic")
    )
    return latin, arabic, content["courtesies"]


def _otherwise(word: str, chance: np.random.Generator) -> str:
    latin, arabic, _ = _lists()
    rules = arabic if _ARABIC.search(word) else latin
    for _ in range(2 if len(word) > _LONG else 1):
        fitting = [(pattern, others) for pattern, others in rules if pattern.search(word)]
        if not fitting:
            break
        pattern, others = fitting[int(chance.integers(len(fitting)))]
        places = list(pattern.finditer(word))
        place = places[int(chance.integers(len(places)))]
        changed = word[: place.start()] + others[int(chance.integers(len(others)))] + word[place.end() :]
        word = changed if len(changed) > 1 else word
    return word


def _mistyped(word: str, chance: np.random.Generator) -> str:
    """A letter left out, doubled, swapped with the one before it, or one of its others slipped in."""
    if len(word) < 4:
        return word
    place = int(chance.integers(1, len(word) - 1))
    kind = chance.integers(4)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2:
        return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
    return word[:place] + word[chance.integers(len(word))] + word[place:]


def _with_courtesy(text: str, chance: np.random.Generator) -> str:
    courtesies = _lists()[2]
    front, behind = courtesies["in_front"], courtesies["behind"]
    if chance.random() < _IN_FRONT:
        text = f"{front[int(chance.integers(len(front)))]}{_SEPARATORS[int(chance.integers(len(_SEPARATORS)))]}{text}"
    if chance.random() < _BEHIND:
        text = f"{text} {behind[int(chance.integers(len(behind)))]}"
    return text
