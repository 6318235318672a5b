"""``python -m bot.evaluation.measure MODEL OUT``: measures a trained model on the development set, and the peers beside
it; prints a summary and writes OUT/report.html and OUT/report.json.

Runs in Rasa's environment.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.evaluation import (
    development_set,
    entity_scores,
    intent_scores,
    listening,
    page,
    rasa_peer,
    summary,
    training_examples,
)
from bot.evaluation import library_scores as libraries
from bot.evaluation import variety_scores as varieties
from bot.evaluation.assessment import Assessment, Server
from bot.evaluation.development_set import Labelled
from bot.evaluation.heard import Cost, Heard
from bot.evaluation.intent_scores import Guess

_CASABLANCA = ZoneInfo("Africa/Casablanca")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What was measured elsewhere; None where it was not."""

    training_seconds: float | None
    server: Server | None


@dataclass(frozen=True, kw_only=True)
class Listened:
    """What the model made of every message."""

    heard: tuple[Heard, ...]
    varieties: tuple[varieties.VarietyScore, ...]
    cost: Cost


def assess(model: Path, everything: Sequence[Labelled], known: Known, *, peers: Path | None) -> Assessment:
    """Measures everything. ``peers`` is where trained peers are kept; None leaves them out."""
    examples = training_examples.load()
    messages = training_examples.unseen(everything, examples)
    listened = _listen(model, messages)
    heard = listened.heard
    guesses = [Guess(intent=one.intent, confidence=one.confidence) for one in heard]
    counts = () if peers is None else (rasa_peer.measure(rasa_peer.COUNTS_AND_REGRESSION, messages, peers),)
    return Assessment(
        made_at=datetime.now(_CASABLANCA).strftime("%Y-%m-%d %H:%M %z"),
        model=model.name.removesuffix(".tar.gz"),
        messages=len(messages),
        left_out=len(everything) - len(messages),
        trained_on=len(examples),
        training_seconds=known.training_seconds,
        cost=listened.cost,
        server=known.server,
        sections=intent_scores.by_section(messages, guesses),
        several=intent_scores.several(messages, [one.intents for one in heard]),
        confusions=intent_scores.confusions(messages, guesses),
        kinds=entity_scores.by_kind(messages, heard),
        outside=entity_scores.outside_places(messages, heard),
        misses=entity_scores.misses(messages, heard),
        varieties=listened.varieties,
        variety_wrong=varieties.wrong(messages, heard),
        peers=counts,
        rivals=() if peers is None else libraries.compare(messages, heard),
    )


def _listen(model: Path, messages: Sequence[Labelled]) -> Listened:
    with tempfile.TemporaryDirectory() as folder:
        listener, cost = listening.cost(model, Path(folder), messages)
        heard = tuple(listener.hear(message) for message in messages)
        rows = varieties.scores(messages, heard, listener.variety)
    return Listened(heard=heard, varieties=rows, cost=cost)


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="measure", description="Measure a model on the development set.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path, help="the folder of the report")
    parser.add_argument("--training-seconds", type=float, help="how long its training took")
    parser.add_argument(
        "--server",
        type=float,
        nargs=3,
        help="seconds until ready, processor seconds, megabytes of Rasa's server",
    )
    parser.add_argument("--no-peers", action="store_true", help="measure the model only")
    asked = parser.parse_args()
    server = None
    if asked.server:
        ready, processor, resident = asked.server
        server = Server(ready_seconds=ready, processor_seconds=processor, resident_mb=resident)
    known = Known(training_seconds=asked.training_seconds, server=server)
    peers = None if asked.no_peers else asked.out / "peers"
    found = assess(asked.model, development_set.load(), known, peers=peers)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "report.json").write_text(found.as_json(), encoding="utf-8")
    (asked.out / "report.html").write_text(page.render(found), encoding="utf-8")
    print("\n".join(summary.lines(found)))
    print(f"\nReport: {asked.out / 'report.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
