"""``python -m bot.evaluation.ablation OUT``: what each part of the intent classifier is worth, on authors it has not read.

All examples of some authors are held out, the classifier learns from the others, once with everything and once
without each part. Prints the shares of the held-out messages whose intent scores highest, and writes them to
OUT/ablation.md. Messages that two authors wrote alike are left out of the measure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import yaml

from bot.evaluation.development_set import VARIETIES
from bot.evaluation.metrics import share
from bot.evaluation.training_examples import FOLDER, folded
from bot.gazetteer import Gazetteer
from bot.rasa_components.entity_extractor import KHEMISSET, found_in
from bot.rasa_components.examples import Example
from bot.rasa_components.intent_model import BLOCKS
from bot.rasa_components.ngrams import Ints, NgramSpace
from bot.rasa_components.plain_names import with_plain_names
from bot.rasa_components.respelling import respelt
from bot.rasa_components.scorers import Features, Learned, Options
from bot.rasa_components.sentence_embeddings import embed
from bot.rasa_components.views import views

AUTHORS = ("voices_2.yml", "voices_5.yml")
_CASABLANCA = ZoneInfo("Africa/Casablanca")
_WRITTEN = datetime(2026, 11, 23, 10, tzinfo=_CASABLANCA)


@dataclass(frozen=True, kw_only=True)
class Written:
    """An example and the name of the file of its author."""

    author: str
    example: Example


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is left out: a view, the embedding, one of the two scorers, the other spellings; nothing of these is
    everything."""

    name: str
    options: Options = field(default_factory=Options)
    view: str = ""
    embedding: bool = True


PARTS = (
    Part(name="**everything**"),
    Part(name="without the network", options=Options(epochs=0)),
    Part(name="without the machines", options=Options(machine_weight=0.0)),
    Part(name="without other spellings", options=Options(respelling=False)),
    Part(name="without sentence embeddings", embedding=False),
    *(
        Part(name=f"without the view “{view}”", view=view)
        for view in dict.fromkeys(one.view for one in BLOCKS)
    ),
)


def written(folder: Path = FOLDER) -> Iterator[Written]:
    """All examples, each once. Raises OSError and yaml.YAMLError where a file cannot be read."""
    gazetteer = Gazetteer.load(KHEMISSET)
    for path in sorted(folder.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            variety = str((block.get("metadata") or {}).get("variety") or "")
            for line in str(block.get("examples", "")).splitlines():
                typed = line.removeprefix("- ")
                plain = with_plain_names(typed, found_in(typed, _WRITTEN, gazetteer))
                example = Example(text=plain, intent=str(block["intent"]), variety=variety)
                yield Written(author=path.name, example=example)


def split(everything: Sequence[Written], authors: Sequence[str]) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, and those of ``authors`` that nobody else wrote."""
    learnt = [one.example for one in everything if one.author not in authors]
    known = {folded(example.text) for example in learnt}
    held = [
        one.example for one in everything if one.author in authors and folded(one.example.text) not in known
    ]
    return learnt, held


class Bench:
    """Both parts as features, made once."""

    def __init__(self, learnt: Sequence[Example], held: Sequence[Example], seed: int) -> None:
        self._intents = sorted({example.intent for example in learnt})
        again = list(respelt(learnt, seed))
        texts = [example.text for example in learnt]
        self._space = NgramSpace.fit(BLOCKS, texts, views)
        self._learnt = self._features([*texts, *(one.text for one in again)])
        self._held = self._features([example.text for example in held])
        labels = self._labels(learnt)
        self._labels_of_learnt = np.concatenate([labels, labels[[one.index for one in again]]])
        self._labels_of_held = self._labels(held)
        self._examples = len(texts)
        self._varieties = [example.variety for example in held]

    def shares(self, part: Part) -> tuple[float, ...]:
        """The share of right held-out messages, from 0 to 1: of all, then of each variety."""
        rows = np.arange(len(self._labels_of_learnt) if part.options.respelling else self._examples)
        learned = Learned.fit(
            _without(self._learnt.rows(rows), part, self._space), self._labels_of_learnt[rows], part.options
        )
        held = _without(self._held, part, self._space)
        scores = learned.scores(held.sparse, held.embedded)
        right = (scores.argmax(axis=1) == self._labels_of_held).tolist()
        by_variety = (
            [hit for hit, variety in zip(right, self._varieties, strict=True) if variety == one]
            for one in VARIETIES
        )
        return (share(right), *map(share, by_variety))

    def _features(self, texts: Sequence[str]) -> Features:
        return Features(sparse=self._space.matrix(texts, views), embedded=embed(texts))

    def _labels(self, examples: Sequence[Example]) -> Ints:
        return np.array([self._intents.index(example.intent) for example in examples], dtype=np.int64)


def _without(features: Features, part: Part, space: NgramSpace) -> Features:
    """``features`` with nothing in the place of what is left out."""
    if not part.embedding:
        features = replace(features, embedded=np.zeros_like(features.embedded))
    if part.view:
        sizes = space.arrays()["sizes"]
        of_column = np.repeat([one.view != part.view for one in space.blocks], sizes)
        sparse = features.sparse.copy()
        sparse.data *= of_column[sparse.indices].astype(np.float32)
        sparse.eliminate_zeros()
        features = replace(features, sparse=sparse)
    return features


def row(name: str, shares: Sequence[float]) -> str:
    """A line of the table."""
    return f"| {name} | {' | '.join(f'{100 * share:.1f}' for share in shares)} |"


def main() -> int:
    """Reads the command line, measures, writes the table."""
    parser = argparse.ArgumentParser(prog="ablation", description="What each part is worth.")
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--authors", nargs="+", default=AUTHORS, help="names of files of examples to hold out"
    )
    asked = parser.parse_args()
    learnt, held = split(list(written()), asked.authors)
    if not held:
        print(f"There is no example in {', '.join(asked.authors)}.", file=sys.stderr)
        return 1
    asked.out.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{datetime.now(_CASABLANCA):%Y-%m-%d}: learnt from {len(learnt)} examples, measured on {len(held)} of "
        f"{', '.join(asked.authors)}; right, in percent.",
        "",
        f"| | all | {' | '.join(VARIETIES)} |",
        f"|---|{'---|' * (len(VARIETIES) + 1)}",
    ]
    print("\n".join(lines), flush=True)
    bench = Bench(learnt, held, Options().seed)
    for part in PARTS:
        lines.append(row(part.name, bench.shares(part)))
        print(lines[-1], flush=True)
        (asked.out / "ablation.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
