"""Ready answers for coaches, from ``canned_answers.yml``, which people edit without Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot.core.locales import Variety
from bot.web.wording import MissingWords

FILE = Path(__file__).with_name("canned_answers.yml")


@dataclass(frozen=True, kw_only=True)
class CannedAnswer:
    """One ready answer: its title by console language, its words by variety (BCP 47 tag)."""

    title: Mapping[str, str]
    texts: Mapping[str, str]


@lru_cache(maxsize=1)
def canned_answers() -> tuple[CannedAnswer, ...]:
    """All of them, read once. Raises MissingWords where a language or a variety is missing."""
    found = tuple(
        CannedAnswer(title=entry["title"], texts=entry["texts"])
        for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )
    for answer in found:
        if set(answer.title) != {"ar", "fr"} or set(answer.texts) != {variety.value for variety in Variety}:
            raise MissingWords(f"{FILE.name}: {answer.title} lacks a language or a variety")
    return found
