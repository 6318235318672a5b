"""``python -m bot.evaluation.peers OUT``: the slow peer, Rasa's default pipeline with DIET, on the same data.

Prints its table beside those of Rasa's counts with logistic regression on the same examples and of the last
``make evaluate``, and writes them with date and versions: a run of all epochs over all examples to
docs/evaluation-peers.md, a smaller one, which says less than the peer can do, into OUT only.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.data_dir import PROJECT_ROOT
from bot.evaluation import development_set, rasa_peer, summary, training_examples
from bot.evaluation.assessment import PeerScore

_ALL_EPOCHS = 100
_PAGE = PROJECT_ROOT / "docs" / "evaluation-peers.md"
_PACKAGES = ("rasa", "tensorflow", "scikit-learn", "numpy")
_CASABLANCA = ZoneInfo("Africa/Casablanca")


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much the peer learnt: each ``every``-th example, ``epochs`` times."""

    epochs: int = _ALL_EPOCHS
    every: int = 1

    @property
    def full(self) -> bool:
        """Whether that is all it can."""
        return self.epochs >= _ALL_EPOCHS and self.every == 1


def page(peer: PeerScore, quick: PeerScore, extent: Extent, ours: str | None) -> Iterator[str]:
    """The table as Markdown. ``quick`` learnt from the same examples; ``ours`` is the report of ``make evaluate`` as
    JSON, where there is one."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield "# The slow peer"
    yield ""
    yield f"{peer.name}, measured on {datetime.now(_CASABLANCA):%Y-%m-%d} with "
    yield f"`make evaluate-peers EPOCHS={extent.epochs} EVERY={extent.every}`."
    yield f"Python {platform.python_version()}, {versions}; {platform.machine()}, no GPU."
    yield f"Trained on {peer.trained_on} examples in {peer.training_seconds:.0f} s; {peer.mean_ms:.1f} ms a message."
    if not extent.full:
        yield f"Only {extent.epochs} of {_ALL_EPOCHS} epochs over one example of {extent.every}: it can do better."
    for one in (peer, quick):
        yield ""
        yield f"{one.name}, the same {one.trained_on} examples:"
        yield ""
        yield "```"
        yield from summary.section_table(one.sections)
        yield "```"
    if ours is not None:
        yield ""
        yield from _beside(json.loads(ours), peer)


def _beside(report: dict[str, list[dict[str, dict[str, float]]]], peer: PeerScore) -> Iterator[str]:
    yield f"This assistant (model {report['model']}) on the same messages:"
    yield ""
    yield "| section | macro-F1, ours | the peer's | its errors for each of ours |"
    yield "|---|---|---|---|"
    theirs = {one.name: one for one in peer.sections}
    for mine in report["sections"]:
        other = theirs[str(mine["name"])]
        errors = 1 - mine["accuracy"]["value"]
        ratio = f"{(1 - other.accuracy.value) / errors:.2f}" if errors else "-"
        yield f"| {mine['name']} | {mine['macro_f1']['value']:.3f} | {other.macro_f1.value:.3f} | {ratio} |"


def main() -> int:
    """Reads the command line, trains, writes the table."""
    parser = argparse.ArgumentParser(prog="peers", description="Measure Rasa's default pipeline with DIET.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=_ALL_EPOCHS)
    parser.add_argument("--every", type=int, default=1, help="learn from each so-many-th example")
    asked = parser.parse_args()
    extent = Extent(epochs=asked.epochs, every=asked.every)
    messages = training_examples.unseen(development_set.load(), training_examples.load())
    quick, peer = (
        rasa_peer.measure(recipe, messages, asked.out / "peers", every=extent.every)
        for recipe in (rasa_peer.COUNTS_AND_REGRESSION, rasa_peer.default_with_diet(extent.epochs))
    )
    report = asked.out / "report.json"
    text = "\n".join(
        page(peer, quick, extent, report.read_text(encoding="utf-8") if report.exists() else None)
    )
    target = _PAGE if extent.full else asked.out / f"peers-{extent.epochs}-epochs-1-of-{extent.every}.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8")
    print(text)
    print(f"\nWritten to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
