"""One bubble a turn: what the assistant says in one turn becomes as few messages as the channel's length allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.messages import Button, Channel

MAX_CHARACTERS = {Channel.WHATSAPP: 1500, Channel.TELEGRAM: 4000, Channel.SMS: 600}
"""Under the providers' limits (1600 and 4096), with room for numbered choices."""


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message to be. ``request`` and ``request_title`` are :class:`bot.core.messages.InputRequest` and its button's words."""

    text: str
    buttons: tuple[Button, ...] = ()
    request: str | None = None
    request_title: str | None = None


def with_numbers(text: str, buttons: Sequence[Button]) -> str:
    """``text`` followed by its choices as numbered lines, for channels and phones without buttons."""
    lines = [f"{number}. {button.title}" for number, button in enumerate(buttons, start=1)]
    return "\n".join([text, "", *lines]) if lines else text


def merge(bubbles: Sequence[Bubble], channel: Channel) -> tuple[Bubble, ...]:
    """Join neighbours while they fit; only the last bubble with choices keeps them, so that a number has one meaning."""
    merged: list[Bubble] = []
    for bubble in bubbles:
        previous = merged[-1] if merged else None
        if previous is not None and _fits(previous, bubble, channel):
            merged[-1] = _join(previous, bubble)
        else:
            merged.append(bubble)
    asking = max((place for place, bubble in enumerate(merged) if bubble.buttons), default=0)
    return tuple(
        replace(bubble, buttons=()) if place < asking else bubble for place, bubble in enumerate(merged)
    )


def _fits(first: Bubble, second: Bubble, channel: Channel) -> bool:
    if first.request is not None:
        return False
    joined = _join(first, second)
    return len(with_numbers(joined.text, joined.buttons)) <= MAX_CHARACTERS[channel]


def _join(first: Bubble, second: Bubble) -> Bubble:
    return Bubble(
        text=f"{first.text}\n\n{second.text}",
        buttons=second.buttons or first.buttons,
        request=second.request,
        request_title=second.request_title,
    )
