"""Everything that one evaluation found, as plain values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.evaluation.development_set import Labelled
from bot.evaluation.entity_scores import KindScore, Miss
from bot.evaluation.heard import Cost
from bot.evaluation.intent_scores import Confusion, SectionScore, SeveralScore
from bot.evaluation.metrics import Tally
from bot.evaluation.variety_scores import VarietyScore


@dataclass(frozen=True, kw_only=True)
class PeerScore:
    """A recipe's results on the development set; milliseconds of processor time a message, on one core."""

    name: str
    sections: tuple[SectionScore, ...]
    mean_ms: float
    training_seconds: float
    trained_on: int


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A library on one task: the messages or values that it gets right."""

    task: str
    name: str
    rows: tuple[VarietyScore, ...]


@dataclass(frozen=True, kw_only=True)
class Server:
    """Rasa's server with the model: seconds until it is ready, by the clock and of processor time, and megabytes."""

    ready_seconds: float
    processor_seconds: float
    resident_mb: float


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One evaluation. ``left_out`` are the messages that stand word for word among the training examples;
    ``training_seconds`` and ``server`` are None where they were not measured."""

    made_at: str
    model: str
    messages: int
    left_out: int
    trained_on: int
    training_seconds: float | None
    cost: Cost
    server: Server | None
    sections: tuple[SectionScore, ...]
    several: SeveralScore
    confusions: tuple[Confusion, ...]
    kinds: tuple[KindScore, ...]
    outside: Tally
    misses: tuple[Miss, ...]
    varieties: tuple[VarietyScore, ...]
    variety_wrong: tuple[tuple[Labelled, str], ...]
    peers: tuple[PeerScore, ...]
    rivals: tuple[Rival, ...]

    def as_json(self) -> str:
        """All of it, indented."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
