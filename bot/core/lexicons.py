"""Word lists that people edit without Python: the YAML files under ``bot/core/lexicon``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.core.errors import InvalidInput
from bot.core.text import fold

_FOLDER = Path(__file__).with_name("lexicon")


class BrokenLexicon(InvalidInput):
    """A word list cannot be used; the message names the file and what is wrong."""


@cache
def load(name: str) -> dict[str, Any]:
    """The content of ``lexicon/<name>.yml``, a mapping. Raises :class:`BrokenLexicon`."""
    path = _FOLDER / f"{name}.yml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BrokenLexicon(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise BrokenLexicon(f"{path.name}: a mapping was expected")
    return content


def strings(value: object, where: str) -> tuple[str, ...]:
    """A list of words, or one text with words in it; folded. Raises :class:`BrokenLexicon`."""
    if isinstance(value, str):
        value = value.split()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BrokenLexicon(f"{where}: a list of words was expected; write numbers and yes/no in quotes")
    return tuple(fold(word) for word in value)


@cache
def word_set(name: str) -> frozenset[str]:
    """The folded words under ``name`` in ``lexicon/words.yml``. Raises :class:`BrokenLexicon`."""
    words = load("words")
    if name not in words:
        raise BrokenLexicon(f"words.yml: no list '{name}'")
    value = words[name]
    parts = value.values() if isinstance(value, dict) else (value,)
    return frozenset(word for part in parts for word in strings(part, f"words.yml: {name}"))
