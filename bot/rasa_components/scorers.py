"""What scores messages: linear support vector machines, one an intent, and a small network, side by side.

They learn from the same features and err on different messages, so that the sum of their scores is right more often
than either.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from bot.rasa_components.network import Network, Schedule
from bot.rasa_components.ngrams import Floats, Ints, Rows, summed

_DIRECTIONS = 128


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be tuned. The values were chosen on examples of authors whose other examples were not trained on.

    ``penalty`` is the machines' C; ``machine_weight`` how much their scores count beside the network's, 0 leaves
    them out; ``epochs`` and ``hidden`` are those of the network, 0 epochs leave it out; ``respelling``
    says whether some examples are learnt spelt otherwise as well; ``held_out`` is the share of examples that the
    calibration is learnt from; ``refusals`` the share of rightly understood messages that may be refused for being
    unsure; ``clause_floor`` how likely the meaning of a clause has to be for it to count as a question at all.
    """

    penalty: float = 0.8
    machine_weight: float = 2.0
    embedding_weight: float = 1.0
    epochs: int = 5
    hidden: int = 128
    respelling: bool = True
    held_out: float = 0.2
    refusals: float = 0.01
    clause_floor: float = 0.4
    seed: int = 42


@dataclass(frozen=True, kw_only=True)
class Features:
    """Messages as the learned parts see them, a row for each."""

    sparse: csr_matrix
    embedded: Floats

    def rows(self, chosen: Ints) -> Features:
        """Some of the messages."""
        return Features(sparse=self.sparse[chosen], embedded=self.embedded[chosen])


@dataclass(frozen=True, kw_only=True)
class Machines:
    """The linear machines: a column of ``weights`` (n-grams, then the embedding) and a ``bias`` an intent."""

    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, features: Features, labels: Ints, options: Options) -> Machines:
        """Machines that have learnt the labels. They see the embedding along its widest directions only: every number of
        it takes as long as an n-gram that each message has."""
        directions = np.float32(options.embedding_weight) * _widest(features.embedded)
        beside = csr_matrix(features.embedded @ directions)
        machine = LinearSVC(C=options.penalty, random_state=options.seed)
        machine.fit(hstack([features.sparse, beside]).tocsr(), labels)
        learnt = machine.coef_.T.astype(np.float32)
        known = features.sparse.shape[1]
        weights = np.vstack([learnt[:known], directions @ learnt[known:]])
        return cls(weights=weights.astype(np.float16), bias=machine.intercept_.astype(np.float32))

    def scores(self, sparse: Rows | csr_matrix, embedded: Floats) -> Floats:
        """A row for each message."""
        known = len(self.weights) - embedded.shape[1]
        of_embedding = embedded @ self.weights[known:].astype(np.float32)
        found: Floats = summed(sparse, self.weights) + of_embedding + self.bias
        return found


def _widest(embedded: Floats) -> Floats:
    """The directions in which the rows of ``embedded`` differ most, a column each."""
    found: Floats = np.linalg.eigh(embedded.T @ embedded)[1][:, -_DIRECTIONS:].astype(np.float32)
    return found


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What scores messages: machines and network together; one of them may be missing."""

    machines: Machines | None
    network: Network | None
    machine_weight: float

    @classmethod
    def fit(cls, features: Features, labels: Ints, options: Options) -> Learned:
        """Both, learnt side by side: the machines' solver leaves the interpreter to the network meanwhile."""
        schedule = Schedule(epochs=options.epochs, hidden=options.hidden, seed=options.seed)
        with ThreadPoolExecutor(max_workers=1) as beside:
            machines = (
                beside.submit(Machines.fit, features, labels, options) if options.machine_weight else None
            )
            network = (
                Network.fit(features.sparse, features.embedded, labels, schedule) if options.epochs else None
            )
            return cls(
                machines=machines.result() if machines is not None else None,
                network=network,
                machine_weight=options.machine_weight,
            )

    def scores(self, sparse: Rows | csr_matrix, embedded: Floats) -> Floats:
        """A row for each message."""
        parts = []
        if self.machines is not None:
            parts.append(np.float32(self.machine_weight) * self.machines.scores(sparse, embedded))
        if self.network is not None:
            parts.append(self.network.scores(sparse, embedded))
        total: Floats = np.sum(parts, axis=0)
        return total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What :meth:`from_arrays` needs besides the options."""
        stored = self.network.arrays() if self.network is not None else {}
        if self.machines is not None:
            stored |= {"machine_weights": self.machines.weights, "machine_bias": self.machines.bias}
        return stored

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], options: Options) -> Learned:
        """What :meth:`arrays` described."""
        machines = None
        if options.machine_weight:
            machines = Machines(weights=arrays["machine_weights"], bias=arrays["machine_bias"])
        return cls(
            machines=machines,
            network=Network.from_arrays(arrays) if options.epochs else None,
            machine_weight=options.machine_weight,
        )
