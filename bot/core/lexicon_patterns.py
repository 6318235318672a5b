"""Regular expressions that people edit without Python, in the YAML files under ``bot/core/lexicon``."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.lexicons import BrokenLexicon, load
from bot.core.text import words


def source(lexicon: str, name: str) -> str:
    """The expression under ``name`` in ``lexicon/<lexicon>.yml``, on one line. Raises BrokenLexicon."""
    found = load(lexicon).get(name)
    if not isinstance(found, str):
        raise BrokenLexicon(f"{lexicon}.yml: {name} is missing")
    return on_one_line(found)


@lru_cache
def pattern(lexicon: str, name: str) -> re.Pattern[str]:
    """The same, compiled; upper and lower case are alike. Raises BrokenLexicon."""
    return re.compile(source(lexicon, name), re.IGNORECASE)


def says(text: str, lexicon: str, name: str) -> bool:
    """Whether the expression is found in the folded words of ``text``, joined by blanks. Raises BrokenLexicon."""
    return pattern(lexicon, name).search(" ".join(words(text))) is not None


def on_one_line(text: str) -> str:
    """An expression without the white space that stands around its bars for the eye."""
    return re.sub(r"\s*\n?\s*\|\s*", "|", text.strip())
