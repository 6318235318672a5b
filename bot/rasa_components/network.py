"""A small neural network over sparse n-grams and dense embeddings, in plain numpy.

One hidden layer of rectifiers between the features and the classes. It sees all classes at once and features together,
which the linear machines of :mod:`bot.rasa_components.intent_model` do not; the two err on different messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import logsumexp

from bot.rasa_components.calibration import softmax
from bot.rasa_components.ngrams import Floats, Ints, Rows, summed

_INPUT_SCALE = 0.05
_MEAN_DECAY, _SQUARE_DECAY = 0.9, 0.999
_TINY = 1e-8


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How a network learns.

    ``hidden`` units, ``epochs`` passes over the examples in batches of ``batch``, beginning with the rates
    ``sparse_rate`` and ``dense_rate``, which fall to nothing; the share ``dropout`` of the hidden units rests at
    each step, and the share ``smoothing`` of each label is spread over all classes.
    """

    hidden: int = 128
    epochs: int = 5
    batch: int = 64
    sparse_rate: float = 0.042
    dense_rate: float = 0.001
    dropout: float = 0.3
    smoothing: float = 0.1
    seed: int = 42


class Network:
    """Gives logarithms of class probabilities. Make it with :meth:`fit` or :meth:`from_arrays`."""

    def __init__(self, *, sparse: Floats, dense: Floats, bias: Floats, out: Floats, out_bias: Floats) -> None:
        self._sparse = sparse
        self._dense = dense
        self._bias = bias
        self._out = out
        self._out_bias = out_bias

    @classmethod
    def fit(cls, features: csr_matrix, embedded: Floats, labels: Ints, schedule: Schedule) -> Network:
        """A network that has learnt ``labels`` (from 0) from rows of sparse ``features`` beside dense ones."""
        classes = int(labels.max()) + 1
        training = _Training(features.shape[1], embedded.shape[1], classes, schedule)
        rows = features.astype(np.float32)
        for epoch in range(schedule.epochs):
            order = training.chance.permutation(len(labels))
            shuffled, dense, wanted = rows[order], embedded[order], labels[order]
            left = 1 - epoch / schedule.epochs
            for start in range(0, len(labels), schedule.batch):
                part = slice(start, start + schedule.batch)
                training.step(shuffled[part], dense[part], wanted[part], left)
        return cls(
            sparse=training.sparse.astype(np.float16),
            dense=training.dense,
            bias=training.bias,
            out=training.out,
            out_bias=training.out_bias,
        )

    def scores(self, features: Rows | csr_matrix, embedded: Floats) -> Floats:
        """A row for each row of features."""
        hidden = summed(features, self._sparse) + embedded @ self._dense + self._bias
        raised: Floats = np.maximum(hidden, 0) @ self._out + self._out_bias
        found: Floats = raised - logsumexp(raised, axis=1, keepdims=True)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What :meth:`from_arrays` needs."""
        return {
            "network_sparse": self._sparse,
            "network_dense": self._dense,
            "network_bias": self._bias,
            "network_out": self._out,
            "network_out_bias": self._out_bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Network:
        """The network that :meth:`arrays` described."""
        return cls(
            sparse=arrays["network_sparse"],
            dense=arrays["network_dense"],
            bias=arrays["network_bias"],
            out=arrays["network_out"],
            out_bias=arrays["network_out_bias"],
        )


class _Training:
    """The weights while they are learnt: those of sparse features by Adagrad, with one rate a feature and touching only the
    features of a batch, all others by Adam."""

    def __init__(self, columns: int, width: int, classes: int, schedule: Schedule) -> None:
        self.chance = np.random.default_rng(schedule.seed)
        hidden = schedule.hidden
        self.sparse = _INPUT_SCALE * self._drawn(columns, hidden)
        self.dense = _INPUT_SCALE * self._drawn(width, hidden)
        self.bias = np.zeros(hidden, np.float32)
        self.out = self._drawn(hidden, classes) / np.float32(np.sqrt(hidden))
        self.out_bias = np.zeros(classes, np.float32)
        self._schedule = schedule
        self._squares = np.full(columns, 1e-6, np.float32)
        self._few = (self.dense, self.bias, self.out, self.out_bias)
        self._means = [np.zeros_like(weights) for weights in self._few]
        self._spreads = [np.zeros_like(weights) for weights in self._few]
        self._steps = 0

    def _drawn(self, rows: int, columns: int) -> Floats:
        return self.chance.standard_normal((rows, columns), dtype=np.float32)

    def step(self, features: csr_matrix, embedded: Floats, labels: Ints, left: float) -> None:
        """Learns from one batch; ``left`` is the share of the rates that is left."""
        hidden = features @ self.sparse + embedded @ self.dense + self.bias
        keep = np.float32(1 - self._schedule.dropout)
        awake = (hidden > 0) * (self.chance.random(hidden.shape, dtype=np.float32) < keep) / keep
        raised = hidden * awake
        error = (softmax(raised @ self.out + self.out_bias) - self._wanted(labels)) / np.float32(len(labels))
        back = (error @ self.out.T) * awake
        few = (embedded.T @ back, back.sum(axis=0), raised.T @ error, error.sum(axis=0))
        self._learn_sparse(features, back, np.float32(self._schedule.sparse_rate * left))
        self._learn_few(few, self._schedule.dense_rate * left)

    def _wanted(self, labels: Ints) -> Floats:
        classes = len(self.out_bias)
        smoothing = self._schedule.smoothing
        wanted = np.full((len(labels), classes), smoothing / classes, np.float32)
        wanted[np.arange(len(labels)), labels] += np.float32(1 - smoothing)
        return wanted

    def _learn_sparse(self, features: csr_matrix, back: Floats, rate: np.float32) -> None:
        turned = features.T.tocsr()
        touched = np.flatnonzero(np.diff(turned.indptr))
        slope = turned[touched] @ back
        squares = self._squares[touched] + np.einsum("ij,ij->i", slope, slope) / np.float32(slope.shape[1])
        self._squares[touched] = squares
        # In place: these are megabytes at each step, and new memory costs as much as the sums.
        slope *= (rate / np.sqrt(squares))[:, None]
        self.sparse[touched] -= slope

    def _learn_few(self, slopes: tuple[Floats, ...], rate: float) -> None:
        self._steps += 1
        warm = np.sqrt(1 - _SQUARE_DECAY**self._steps) / (1 - _MEAN_DECAY**self._steps)
        rate32 = np.float32(rate * warm)
        for weights, mean, spread, slope in zip(self._few, self._means, self._spreads, slopes, strict=True):
            mean += np.float32(1 - _MEAN_DECAY) * (slope - mean)
            spread += np.float32(1 - _SQUARE_DECAY) * (slope * slope - spread)
            weights -= rate32 * mean / (np.sqrt(spread) + np.float32(_TINY))
