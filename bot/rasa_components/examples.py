"""What the learned parts learn from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Example:
    """A message with its intent and the variety that it is written in."""

    text: str
    intent: str
    variety: str
