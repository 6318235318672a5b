"""From the scores of a linear model to probabilities that mean what they say, and when to act on them,
variety by variety.

Everything here is learnt from held-out scores: those that a model gave to messages it was not trained on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_SHARPNESS_RANGE = (0.2, 30.0)
_FLOORS = np.arange(0.0, 0.6, 0.005)


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How to read scores in one variety.

    Probabilities are the softmax of ``sharpness`` times the scores. The assistant acts on its best guess
    where that is at least ``floor`` likely, and treats the message as out of scope where it is less; of those
    refused for that reason the share ``refused_rightly`` really is out of scope.
    """

    sharpness: float
    floor: float
    refused_rightly: float = 0.5

    def probabilities(self, scores: Floats) -> Floats:
        """The probabilities of each row of scores."""
        return softmax(self.sharpness * scores)

    def as_dict(self) -> dict[str, float]:
        """For storing."""
        return asdict(self)


def softmax(scores: Floats) -> Floats:
    """Rows that sum to 1."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def calibrate(
    scores: Floats, labels: Ints, varieties: Sequence[str], *, outside: int | None, refusals: float
) -> dict[str, Calibration]:
    """A calibration for each variety, learnt from held-out ``scores`` and true ``labels``.

    ``outside`` is the label of messages out of scope, None where there is none; at most a share ``refusals``
    of the messages in scope that were understood rightly may fall under the floor.
    """
    learnt = {}
    for variety in sorted(set(varieties)):
        rows = np.array([one == variety for one in varieties])
        sharpness = _sharpness(scores[rows], labels[rows])
        probabilities = softmax(sharpness * scores[rows])
        learnt[variety] = Calibration(sharpness=sharpness, floor=0.0)
        if outside is not None:
            floor = _floor(probabilities, labels[rows], outside, refusals)
            rightly = _refused_rightly(probabilities, labels[rows], outside, floor)
            learnt[variety] = Calibration(sharpness=sharpness, floor=floor, refused_rightly=rightly)
    return learnt


def _sharpness(scores: Floats, labels: Ints) -> float:
    of_label = scores[np.arange(len(labels)), labels].astype(np.float64)
    above_label = scores - of_label[:, None]

    def surprise(sharpness: float) -> float:
        # The logarithm taken as a whole: clipped probabilities would be flat where the search begins.
        return float(logsumexp(sharpness * above_label, axis=1).mean())

    return float(minimize_scalar(surprise, bounds=_SHARPNESS_RANGE, method="bounded").x)


def _floor(probabilities: Floats, labels: Ints, outside: int, refusals: float) -> float:
    best = probabilities.argmax(axis=1)
    right = (best == labels) & (labels != outside)
    sure = probabilities[np.arange(len(labels)), best]
    allowed = refusals * max(1, int((labels != outside).sum()))
    fitting = [floor for floor in _FLOORS if (right & (sure < floor)).sum() <= allowed]
    return float(max(fitting))


def _refused_rightly(probabilities: Floats, labels: Ints, outside: int, floor: float) -> float:
    refused = (probabilities.max(axis=1) < floor) & (probabilities.argmax(axis=1) != outside)
    # One more of each kind, so that a few cases do not make certainty.
    return float(((labels[refused] == outside).sum() + 1) / (refused.sum() + 2))


def calibration_error(probabilities: Floats, labels: Ints, bins: int = 10) -> float:
    """Expected difference between how sure the model is of its best guess and how often that is right, from 0
    to 1."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    groups = np.minimum((sure * bins).astype(int), bins - 1)
    error = 0.0
    for group in range(bins):
        members = groups == group
        if members.any():
            error += members.mean() * abs(float(right[members].mean()) - float(sure[members].mean()))
    return error


def from_dicts(stored: Mapping[str, Mapping[str, float]]) -> dict[str, Calibration]:
    """The calibrations that :meth:`Calibration.as_dict` stored, by variety."""
    return {variety: Calibration(**values) for variety, values in stored.items()}
