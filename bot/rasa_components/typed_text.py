"""What people type, made safe and resolved before Rasa sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core import options

BACK = "/go_back"


def message_text(*, typed: str, payload: str | None, offered: Sequence[Mapping[str, Any]]) -> str:
    """The text to hand to Rasa.

    A payload is ours and stays. A number alone means the choice of that number among those ``offered`` last; 0 means back. What a person
    types never begins with a slash: Rasa would run it as a command.
    """
    if payload:
        return payload
    choice = options.match(typed)
    if choice is not None and choice.number == 0:
        return BACK
    if choice is not None and choice.number <= len(offered):
        return str(offered[choice.number - 1]["payload"])
    return typed.lstrip("/\u200f\u200e \t\r\n") or typed.replace("/", " ").strip() or "…"
