from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.rasa_components.network import Network, Schedule
from bot.rasa_components.ngrams import Floats, Ints, summed

_SCHEDULE = Schedule(hidden=16, epochs=60, batch=8, dense_rate=0.01)


def both_or_neither() -> tuple[csr_matrix, Floats, Ints]:
    """Two features of which the label is whether they agree: no linear machine can learn that."""
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 16, dtype=np.float32)
    labels = (rows[:, 0] == rows[:, 1]).astype(np.int64)
    return csr_matrix(rows), np.ones((len(rows), 1), dtype=np.float32), labels


def test_it_learns_what_features_mean_together() -> None:
    features, embedded, labels = both_or_neither()
    network = Network.fit(features, embedded, labels, _SCHEDULE)
    assert np.array_equal(network.scores(features, embedded).argmax(axis=1), labels)


def test_it_learns_from_dense_features_too() -> None:
    chance = np.random.default_rng(1)
    embedded = chance.standard_normal((64, 4), dtype=np.float32)
    labels = (embedded[:, 2] > 0).astype(np.int64)
    nothing = csr_matrix((64, 3), dtype=np.float32)
    network = Network.fit(nothing, embedded, labels, _SCHEDULE)
    assert (network.scores(nothing, embedded).argmax(axis=1) == labels).mean() > 0.95


def test_scores_are_logarithms_of_probabilities() -> None:
    features, embedded, labels = both_or_neither()
    network = Network.fit(features, embedded, labels, _SCHEDULE)
    assert np.exp(network.scores(features, embedded)).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_stored_network_scores_the_same() -> None:
    features, embedded, labels = both_or_neither()
    network = Network.fit(features, embedded, labels, _SCHEDULE)
    again = Network.from_arrays(network.arrays())
    assert np.array_equal(network.scores(features, embedded), again.scores(features, embedded))


def test_learning_is_reproducible() -> None:
    features, embedded, labels = both_or_neither()
    one, other = (Network.fit(features, embedded, labels, _SCHEDULE) for _ in range(2))
    assert np.array_equal(one.scores(features, embedded), other.scores(features, embedded))


def test_products_read_less_precise_weights() -> None:
    rows = csr_matrix(np.array([[0, 2, 0], [0, 0, 0], [1, 0, 1]], dtype=np.float32))
    weights = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], dtype=np.float16)
    assert summed(rows, weights).tolist() == [[6, 8], [0, 0], [6, 8]]
