"""The learned part of understanding: which intent a text has, from n-grams of its views and its sentence
embedding.

Linear support vector machines, one an intent, and a small neural network, both over all features together. The
sum of their scores becomes probabilities by a calibration per variety that is learnt on a part of the training data
that was held out. Nothing of Rasa is needed here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit

from bot.rasa_components.calibration import Calibration, calibrate, from_dicts
from bot.rasa_components.elsewhere import elsewhere
from bot.rasa_components.examples import Example
from bot.rasa_components.ngrams import Block, Floats, Ints, NgramSpace, Views
from bot.rasa_components.respelling import respelt
from bot.rasa_components.scorers import Features, Learned, Options
from bot.rasa_components.sentence_embeddings import embed
from bot.rasa_components.views import views

OUT_OF_SCOPE = "out_of_scope"
BLOCKS = (
    Block(view="words", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="words", unit="char", low=2, high=5, min_count=3, weight=1.0),
    Block(view="sounds", unit="char", low=2, high=5, min_count=3, weight=0.7),
    Block(view="skeletons", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="skeletons", unit="char", low=2, high=4, min_count=3, weight=0.5),
    Block(view="bones", unit="word", low=1, high=2, min_count=2, weight=0.5),
    Block(view="bones", unit="char", low=2, high=5, min_count=3, weight=0.7),
    Block(view="concepts", unit="word", low=1, high=2, min_count=2, weight=0.7),
    Block(view="standard", unit="word", low=1, high=2, min_count=2, weight=0.7),
    Block(view="standard", unit="char", low=2, high=5, min_count=3, weight=0.5),
)
# From how many texts on a process of its own for their embeddings is worth its start.
_MANY = 2000
_STORED = "intent_model.json"
_ARRAYS = "intent_model.npz"


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """What is learnt: a row for each example, then one for each that is learnt spelt otherwise as well. ``origins`` has
    the example of each row."""

    features: Features
    labels: Ints
    origins: Ints


class IntentModel:
    """Scores texts. Make it with :meth:`fit` or :meth:`load`."""

    def __init__(
        self,
        *,
        intents: Sequence[str],
        space: NgramSpace,
        learned: Learned,
        calibrations: dict[str, Calibration],
        options: Options,
    ) -> None:
        self.intents = tuple(intents)
        self.calibrations = calibrations
        self._space = space
        self._learned = learned
        self._options = options

    @classmethod
    def fit(cls, examples: Sequence[Example], options: Options) -> IntentModel:
        """A model trained on all examples; its calibration comes from one trained on a part of them."""
        intents = sorted({example.intent for example in examples})
        labels = np.array([intents.index(example.intent) for example in examples])
        texts = [example.text for example in examples]
        again = list(respelt(examples, options.seed)) if options.respelling else []
        space, features = learn_space(texts, [one.text for one in again])
        lessons = Lessons(
            features=features,
            labels=np.concatenate([labels, labels[[one.index for one in again]]]),
            origins=np.concatenate([np.arange(len(texts)), [one.index for one in again]]).astype(np.int64),
        )
        calibrations = _calibrations(lessons, [example.variety for example in examples], options, intents)
        learned = Learned.fit(lessons.features, lessons.labels, options)
        return cls(intents=intents, space=space, learned=learned, calibrations=calibrations, options=options)

    @property
    def clause_floor(self) -> float:
        """How likely a clause's meaning has to be for it to count as a question at all."""
        return self._options.clause_floor

    def scores(self, texts: Sequence[str]) -> Floats:
        """A row of scores for each text, a column for each of :attr:`intents`."""
        return self._learned.scores(self._space.rows(texts, views), embed(texts))

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
        arrays: dict[str, Any] = {**self._learned.arrays(), **self._space.arrays()}
        np.savez(folder / _ARRAYS, **arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """The model that :meth:`save` wrote into ``folder``."""
        stored = json.loads((folder / _STORED).read_text(encoding="utf-8"))
        options = Options(**stored["options"])
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            space = NgramSpace.from_arrays(BLOCKS, arrays)
            learned = Learned.from_arrays(arrays, options)
        return cls(
            intents=stored["intents"],
            space=space,
            learned=learned,
            calibrations=from_dicts(stored["calibrations"]),
            options=options,
        )


def learn_space(texts: Sequence[str], others: Sequence[str]) -> tuple[NgramSpace, Features]:
    """The space of the n-grams of ``texts``, and the features of these and of ``others``."""
    rows = [*texts, *others]
    embedded = elsewhere(embed, rows) if len(rows) >= _MANY else partial(embed, rows)
    remembered: Views = lru_cache(maxsize=None)(views)
    space = NgramSpace.fit(BLOCKS, texts, remembered)
    return space, Features(sparse=space.matrix(rows, remembered), embedded=embedded())


def _calibrations(
    lessons: Lessons, varieties: Sequence[str], options: Options, intents: Sequence[str]
) -> dict[str, Calibration]:
    """Learnt from the scores of messages that were held out, in every spelling."""
    labels = lessons.labels[: len(varieties)]
    parts = StratifiedShuffleSplit(n_splits=1, test_size=options.held_out, random_state=options.seed)
    trained, tested = next(parts.split(labels, labels))
    rows = np.flatnonzero(np.isin(lessons.origins, trained))
    learned = Learned.fit(lessons.features.rows(rows), lessons.labels[rows], options)
    held_out = lessons.features.rows(tested)
    scores = learned.scores(held_out.sparse, held_out.embedded)
    return calibrate(
        scores,
        labels[tested],
        [varieties[row] for row in tested],
        outside=intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in intents else None,
        refusals=options.refusals,
    )
