"""Choices as buttons: numbered like the lines that stand for them elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.messages import Button

_NUMBER = re.compile(r"^\d{1,2}\. ")


def numbered_titles(buttons: Sequence[Button]) -> tuple[str, ...]:
    """The titles with their numbers before them, counted from 1."""
    return tuple(f"{number}. {button.title}" for number, button in enumerate(buttons, start=1))


def without_number(title: str) -> str:
    """The title as it was before :func:`numbered_titles`."""
    return _NUMBER.sub("", title)


def is_ours(payload: str | None) -> bool:
    """Whether a button's payload is one that the assistant made; other buttons count as typed titles."""
    return payload is not None and payload.startswith("/")
