from __future__ import annotations

import numpy as np
import pytest

from bot.rasa_components.calibration import Calibration, calibrate, calibration_error, from_dicts, softmax

OUTSIDE = 2


def overconfident(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose softmax is far surer than how often the best is right (8 of 10)."""
    chance = np.random.default_rng(seed)
    labels = chance.integers(0, 3, rows)
    best = np.where(chance.random(rows) < 0.8, labels, (labels + 1) % 3)
    return (5.0 * np.eye(3, dtype=np.float32)[best]), labels


def test_overconfidence_is_mended() -> None:
    scores, labels = overconfident(2000, 1)
    learnt = calibrate(scores, labels, ["fr"] * 2000, outside=OUTSIDE, refusals=0.01)["fr"]
    assert calibration_error(softmax(scores), labels) > 0.15
    assert calibration_error(learnt.probabilities(scores), labels) < 0.02


def test_each_variety_has_its_own() -> None:
    scores, labels = overconfident(1000, 2)
    sure = 3.0 * np.eye(3, dtype=np.float32)[labels]
    learnt = calibrate(
        np.concatenate([scores, sure]),
        np.concatenate([labels, labels]),
        ["fr"] * 1000 + ["ar"] * 1000,
        outside=OUTSIDE,
        refusals=0.01,
    )
    assert learnt["ar"].sharpness > learnt["fr"].sharpness


@pytest.mark.parametrize("refusals", [0.0, 0.05])
def test_the_floor_refuses_no_more_right_guesses_than_allowed(refusals: float) -> None:
    chance = np.random.default_rng(3)
    labels = chance.integers(0, 3, 3000)
    scores = np.eye(3, dtype=np.float32)[labels] + chance.normal(0, 0.7, (3000, 3)).astype(np.float32)
    learnt = calibrate(scores, labels, ["fr"] * 3000, outside=OUTSIDE, refusals=refusals)["fr"]
    probabilities = learnt.probabilities(scores)
    right = (probabilities.argmax(axis=1) == labels) & (labels != OUTSIDE)
    refused = right & (probabilities.max(axis=1) < learnt.floor)
    assert refused.sum() <= refusals * (labels != OUTSIDE).sum()
    assert (learnt.floor > 0.4) == (refusals > 0)


def test_without_messages_out_of_scope_nothing_is_refused() -> None:
    scores, labels = overconfident(300, 4)
    assert calibrate(scores, labels, ["fr"] * 300, outside=None, refusals=0.01)["fr"].floor == 0.0


def test_a_stored_calibration_is_the_same() -> None:
    one = Calibration(sharpness=5.5, floor=0.25, refused_rightly=0.4)
    assert from_dicts({"fr": one.as_dict()}) == {"fr": one}
