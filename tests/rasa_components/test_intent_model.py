from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.scorers import Options
from tests.rasa_components.corpus import EXAMPLES


@pytest.mark.parametrize(
    ("text", "variety", "expected"),
    [
        ("wach l9afila fabor?", "ary-Latn", "ask_cost"),
        ("واش القافلة فابور", "ary-Arab", "ask_cost"),
        ("la caravane est gratuite ?", "fr", "ask_cost"),
        ("wa9tach ghatji", "ary-Latn", "ask_stop_date"),
        ("متى تصل القافلة", "ar", "ask_stop_date"),
    ],
)
def test_unseen_messages(intents: IntentModel, text: str, variety: str, expected: str) -> None:
    assert intents.intents[int(intents.probabilities([text], variety)[0].argmax())] == expected


def test_probabilities_sum_to_one(intents: IntentModel) -> None:
    assert np.allclose(intents.probabilities(["salam", "fabor"], "fr").sum(axis=1), 1.0)


def test_a_stored_model_scores_the_same(intents: IntentModel, tmp_path: Path) -> None:
    intents.save(tmp_path)
    again = IntentModel.load(tmp_path)
    texts = [example.text for example in EXAMPLES[:10]]
    assert np.array_equal(intents.scores(texts), again.scores(texts))
    assert again.calibrations == intents.calibrations
    assert again.intents == intents.intents


def test_training_is_reproducible(intents: IntentModel) -> None:
    again = IntentModel.fit(EXAMPLES, Options())
    assert np.array_equal(intents.scores(["wach fabor"]), again.scores(["wach fabor"]))
    assert again.calibrations == intents.calibrations


def test_every_variety_is_calibrated_and_an_unknown_one_is_read_like_another(intents: IntentModel) -> None:
    assert set(intents.calibrations) == {"ary-Arab", "ary-Latn", "ar", "fr"}
    assert intents.calibration("en") in intents.calibrations.values()
