"""What somebody says of a project while telling it: what it needs, and the hamlet where it is."""

from __future__ import annotations

import re

from bot.core.lexicon_patterns import pattern, says

_SENTENCE = re.compile(r"[.!?؟;؛\n]")
_LEAST = 3
"""Words: a shorter phrase says that something is needed, not what."""


def need_in(text: str) -> str | None:
    """The words of ``text`` that say what the project needs, None where none do or where something else is wanted of us."""
    found = pattern("ideas", "need").search(text)
    if found is None:
        return None
    said = _SENTENCE.split(text[found.start() :])[0].strip(" ,،")
    what = said[found.end() - found.start() :]
    wants_us = pattern("ideas", "not_needed").search(what[:30]) is not None
    return None if wants_us or len(what.strip()) < _LEAST else said


def wants_another(text: str) -> bool:
    """Whether the message wants an idea that was told to be changed: "bghit nbeddel lfikra dyali"."""
    return says(text, "ideas", "change")


def replaces(text: str) -> bool:
    """Whether the message plainly gives up an idea for another one, which "nzid f lmachro3 dyali" does not."""
    return says(text, "ideas", "replace")


def hamlet_in(text: str) -> str | None:
    """The name of a hamlet with the word for it, as typed: "douar Ait Hammou"."""
    found = pattern("ideas", "douar").search(text)
    return None if found is None else found.group().strip()
