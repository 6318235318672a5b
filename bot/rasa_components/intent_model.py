"""The learned part of understanding: which intent a text has, from n-grams of its views and its sentence
embedding.

A linear support vector machine over all features together; its scores become probabilities by a calibration
per variety that is learnt on held-out parts of the training data. Nothing of Rasa is needed here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.rasa_components.calibration import Calibration, calibrate, from_dicts
from bot.rasa_components.ngrams import Block, Floats, NgramSpace
from bot.rasa_components.sentence_embeddings import DIMENSIONS, embed
from bot.rasa_components.views import views

OUT_OF_SCOPE = "out_of_scope"
BLOCKS = (
    Block(view="words", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="words", unit="char", low=2, high=5, min_count=2, weight=1.0),
    Block(view="sounds", unit="char", low=2, high=5, min_count=2, weight=0.7),
    Block(view="skeletons", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="skeletons", unit="char", low=2, high=4, min_count=2, weight=0.5),
    Block(view="bones", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="bones", unit="char", low=2, high=5, min_count=2, weight=0.7),
    Block(view="concepts", unit="word", low=1, high=2, min_count=2, weight=0.7),
)
_STORED = "intent_model.json"
_ARRAYS = "intent_model.npz"


@dataclass(frozen=True, kw_only=True)
class Example:
    """A message with its intent and the variety that it is written in."""

    text: str
    intent: str
    variety: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be tuned. The values were chosen by cross-validation on the training data.

    ``penalty`` is the machine's C; ``folds`` the parts of the held-out calibration; ``refusals`` the share of
    rightly understood messages that may be refused for being unsure; ``clause_floor`` how likely the meaning
    of a clause has to be for it to count as a question at all.
    """

    penalty: float = 0.4
    embedding_weight: float = 1.0
    folds: int = 3
    refusals: float = 0.01
    clause_floor: float = 0.4
    seed: int = 42


class IntentModel:
    """Scores texts. Make it with :meth:`fit` or :meth:`load`."""

    def __init__(
        self,
        *,
        intents: Sequence[str],
        space: NgramSpace,
        weights: Floats,
        bias: Floats,
        calibrations: dict[str, Calibration],
        options: Options,
    ) -> None:
        self.intents = tuple(intents)
        self.calibrations = calibrations
        self._space = space
        self._weights = weights
        self._bias = bias
        self._options = options

    @classmethod
    def fit(cls, examples: Sequence[Example], options: Options) -> IntentModel:
        """A model trained on all examples; its calibration comes from models trained on parts of them."""
        intents = sorted({example.intent for example in examples})
        labels = np.array([intents.index(example.intent) for example in examples])
        texts = [example.text for example in examples]
        space = NgramSpace.fit(BLOCKS, texts, views)
        features = _features(space, texts, options)
        held_out = held_out_scores(features, labels, options)
        outside = intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in intents else None
        varieties = [example.variety for example in examples]
        calibrations = calibrate(held_out, labels, varieties, outside=outside, refusals=options.refusals)
        machine = _machine(options).fit(features, labels)
        weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        bias = machine.intercept_.astype(np.float32)
        return cls(
            intents=intents,
            space=space,
            weights=weights,
            bias=bias,
            calibrations=calibrations,
            options=options,
        )

    @property
    def clause_floor(self) -> float:
        """How likely a clause's meaning has to be for it to count as a question at all."""
        return self._options.clause_floor

    def scores(self, texts: Sequence[str]) -> Floats:
        """A row of scores for each text, a column for each of :attr:`intents`."""
        dense = embed(texts) @ (self._options.embedding_weight * self._weights[self._space.size :])
        for row, text in enumerate(texts):
            columns, values = self._space.vector(views(text))
            dense[row] += values @ self._weights[columns]
        return dense + self._bias

    def probabilities(self, texts: Sequence[str], variety: str) -> Floats:
        """Calibrated probabilities, a row for each text, for messages written in ``variety``."""
        return self.calibration(variety).probabilities(self.scores(texts))

    def calibration(self, variety: str) -> Calibration:
        """How to read scores in ``variety``; where it was never seen, as in the first variety that was."""
        return self.calibrations.get(variety) or next(iter(self.calibrations.values()))

    def save(self, folder: Path) -> None:
        """Writes the model into an existing folder."""
        stored = {
            "intents": self.intents,
            "calibrations": {variety: one.as_dict() for variety, one in self.calibrations.items()},
            "options": self._options.__dict__,
        }
        (folder / _STORED).write_text(json.dumps(stored), encoding="utf-8")
        arrays: dict[str, Any] = {"weights": self._weights, "bias": self._bias, **self._space.arrays()}
        np.savez(folder / _ARRAYS, **arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """The model that :meth:`save` wrote into ``folder``."""
        stored = json.loads((folder / _STORED).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            space = NgramSpace.from_arrays(BLOCKS, arrays)
            weights, bias = arrays["weights"], arrays["bias"]
        return cls(
            intents=stored["intents"],
            space=space,
            weights=weights,
            bias=bias,
            calibrations=from_dicts(stored["calibrations"]),
            options=Options(**stored["options"]),
        )


def _features(space: NgramSpace, texts: Sequence[str], options: Options) -> csr_matrix:
    embedded = csr_matrix(options.embedding_weight * embed(texts))
    assert embedded.shape[1] == DIMENSIONS
    return hstack([space.matrix(texts, views), embedded]).tocsr()


def _machine(options: Options) -> LinearSVC:
    return LinearSVC(C=options.penalty, random_state=options.seed)


def held_out_scores(features: csr_matrix, labels: NDArray[np.int64], options: Options) -> Floats:
    """Scores of each row from a machine trained without that row's fold."""
    folds = StratifiedKFold(options.folds, shuffle=True, random_state=options.seed)
    held_out = np.zeros((len(labels), int(labels.max()) + 1), dtype=np.float32)
    # One after the other: the solver draws from one generator per process, so threads would make training
    # irreproducible.
    for trained, tested in folds.split(labels, labels):
        machine = _machine(options).fit(features[trained], labels[trained])
        held_out[tested] = machine.decision_function(features[tested])
    return held_out
