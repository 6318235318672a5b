"""What people type, made safe and resolved before Rasa sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core import options
from bot.core.text import fold, words

BACK = "/go_back"
_YES, _NO, _SIGN = "/affirm", "/deny", '/send_media{"choice": "media:sticker"}'
_YES_SIGNS = frozenset("👍👌✅✔☑🆗💯")
_NO_SIGNS = frozenset("👎❌✖🚫🙅")
# What only colours or joins a sign: skin tones, selectors, sexes.
_SHADES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d\u2640\u2642\\s]")
_MEANING = '"meant:'
_FEW = 3


def message_text(*, typed: str, payload: str | None, offered: Sequence[Mapping[str, Any]]) -> str:
    """The text to hand to Rasa.

    A payload is ours and stays. A number alone means the choice of that number among those ``offered`` last; 0 means back. The words of
    a choice mean that choice, and signs alone mean yes, no or nothing. What a person types never begins with a slash: Rasa would run
    it as a command.
    """
    if payload:
        return payload
    choice = options.match(typed)
    if choice is not None and choice.number == 0:
        return BACK
    if choice is not None and choice.number <= len(offered):
        return str(offered[choice.number - 1]["payload"])
    signs = _of_signs(typed)
    if signs is not None:
        return signs
    named = _named(typed, offered)
    if named is not None:
        return named
    return typed.lstrip("/\u200f\u200e \t\r\n") or typed.replace("/", " ").strip() or "…"


def _of_signs(typed: str) -> str | None:
    """What a message of nothing but emoji means; None where it has anything else."""
    bare = _SHADES.sub("", typed)
    if not bare or any(ord(sign) < 0x2190 or sign.isalnum() for sign in bare):
        return None
    if set(bare) <= _YES_SIGNS:
        return _YES
    return _NO if set(bare) <= _NO_SIGNS else _SIGN


def _named(typed: str, offered: Sequence[Mapping[str, Any]]) -> str | None:
    """The choice whose words were typed: all of them, or of a meaning that was asked back a few that only it has."""
    if not offered:
        return None
    said = words(fold(typed))
    titles = [(words(fold(str(choice["title"]))), str(choice["payload"])) for choice in offered]
    same = [payload for title, payload in titles if said and title == said]
    if not same and said and len(said) <= _FEW and any(len(word) > 2 for word in said):
        same = [payload for title, payload in titles if _MEANING in payload and set(said) <= set(title)]
    return same[0] if len(same) == 1 else None
