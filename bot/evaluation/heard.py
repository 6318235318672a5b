"""What a model made of messages, and what that cost, as plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Found:
    """An entity that was found; values are text. ``uncertain``: the assistant would ask before it acts."""

    kind: str
    value: str
    start: int
    end: int
    uncertain: bool


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a message was taken for. ``entities`` are those of the contract; ``outside``: a place outside the province
    was recognised; ``telling_words``: the words that can give a variety away."""

    variety: str
    intent: str
    confidence: float
    intents: tuple[str, ...]
    entities: tuple[Found, ...]
    outside: bool
    telling_words: int

    def values(self, kind: str, *, sure_only: bool = False) -> Counter[str]:
        """The values of one kind of entity."""
        return Counter(
            one.value for one in self.entities if one.kind == kind and not (sure_only and one.uncertain)
        )


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Milliseconds of processor time a message on one core, messages a second by the clock, and megabytes."""

    median_ms: float
    mean_ms: float
    slowest_twentieth_ms: float
    messages_per_second: float
    resident_mb: float
    loading_seconds: float
