"""The development set: messages with what they mean, written apart from the training data and never trained on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "understanding" / "dev"
NOW = "2026-11-23T10:00:00+01:00"
"""When all of them were written: a Monday, in Africa/Casablanca."""

VARIETIES = ("ary-Arab", "ary-Latn", "ar", "fr")
MIXED = "mixed"
SECTIONS = (*VARIETIES, MIXED)
OUT_OF_SCOPE = "out_of_scope"
CHANGE_LANGUAGE = "change_language"


class BrokenDevelopmentSet(ValueError):
    """A line is no labelled message; the text names the file and the line."""


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A message and its labels. ``entities`` are (kind, value), both text; ``intents`` are all questions it asks, in
    order, and more than one only where it asks several."""

    text: str
    variety: str
    intent: str
    entities: tuple[tuple[str, str], ...] = ()
    intents: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()

    @property
    def section(self) -> str:
        """``mixed`` where the message mixes languages or scripts, else its variety."""
        return MIXED if MIXED in self.tags else self.variety

    @property
    def asks_several(self) -> bool:
        """Whether there is more than one question in it."""
        return len(self.intents) > 1

    @property
    def in_scope(self) -> bool:
        """Whether the assistant should act on it."""
        return self.intent != OUT_OF_SCOPE

    def values(self, kind: str) -> Counter[str]:
        """The values of one kind of entity."""
        return Counter(value for one, value in self.entities if one == kind)


def load(folder: Path = FOLDER) -> tuple[Labelled, ...]:
    """All messages, file by file. Raises :class:`BrokenDevelopmentSet`."""
    return tuple(message for path in sorted(folder.glob("*.jsonl")) for message in _of_file(path))


def _of_file(path: Path) -> Iterator[Labelled]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield _labelled(json.loads(line))
        except (ValueError, KeyError, TypeError) as broken:
            raise BrokenDevelopmentSet(f"{path.name}, line {number}: {broken!r}") from broken


def _labelled(content: Mapping[str, Any]) -> Labelled:
    if content["variety"] not in VARIETIES:
        raise ValueError(content["variety"])
    return Labelled(
        text=content["text"],
        variety=content["variety"],
        intent=content["intent"],
        entities=tuple((entity["entity"], str(entity["value"])) for entity in content["entities"]),
        intents=tuple(content.get("intents") or [content["intent"]]),
        tags=frozenset(content.get("tags") or ()),
    )
