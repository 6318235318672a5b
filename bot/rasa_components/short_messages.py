"""Messages that need no learning: a value alone, a word of the menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.core.text import fold, words

INFORM, CHANGE_LANGUAGE = "inform", "change_language"
SURE = 0.99
_VALUES = frozenset({"commune", "outside_place", "date", "time", "phone_number", "sector", "option"})
_PATH = Path(__file__).with_name("short_messages.yml")


@lru_cache(maxsize=1)
def _lists() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    content = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    fillers = frozenset(fold(content["fillers"]).split())
    of_moments = fillers | frozenset(fold(content["fillers_of_moments"]).split())
    exact = {fold(text): intent for intent, texts in content["exact"].items() for text in texts}
    return fillers, of_moments, exact


def plain_intent(text: str, entities: Sequence[Mapping[str, Any]]) -> str | None:
    """The intent of a message that consists of nothing but values or is a word of the menu; None where there
    is more to it."""
    fillers, of_moments, exact = _lists()
    folded = fold(text)
    if folded.strip(" .!") in exact:
        return exact[folded.strip(" .!")]
    if "?" in folded or not entities:
        return None
    kinds = {entity["entity"] for entity in entities}
    left = text
    for entity in sorted(entities, key=lambda one: int(one["start"]), reverse=True):
        left = left[: entity["start"]] + " " + left[entity["end"] :]
    allowed = fillers if kinds.isdisjoint({"date", "time"}) else of_moments
    if not all(word in allowed for word in words(left)):
        return None
    if kinds == {"language"}:
        return CHANGE_LANGUAGE
    return INFORM if kinds <= _VALUES else None
