from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.rasa_components.variety_model import VarietyMissing, VarietyModel, french_share


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bghit n3ref fin kaynin", "ary-Latn"),
        ("je voudrais savoir où vous êtes", "fr"),
        ("بغيت نعرف فين كاينين", "ary-Arab"),
        ("أريد أن أعرف أين أنتم", "ar"),
        ("bghit nakhod rendez-vous 3afak", "ary-Latn"),
        ("kifach ndir l inscription dyal la formation", "ary-Latn"),
    ],
)
def test_topics_that_were_never_seen(varieties: VarietyModel, text: str, expected: str) -> None:
    probabilities = varieties.probabilities(text)
    assert max(probabilities, key=lambda variety: probabilities[variety]) == expected


def test_the_language_detector_is_the_same_every_time() -> None:
    text = "la caravane passe quand chez nous"
    assert french_share(text) == french_share(text) > 0.9
    assert french_share("bghit n3ref wa9tach ghatji l douar dyalna") < 0.5
    assert french_share("12 / 3") == 0.5


def test_a_stored_model_scores_the_same(varieties: VarietyModel, tmp_path: Path) -> None:
    varieties.save(tmp_path)
    again = VarietyModel.load(tmp_path)
    for text in ("salam", "c'est combien", "القافلة"):
        assert np.array_equal(varieties.scores(text), again.scores(text))


def test_all_varieties_have_to_be_taught() -> None:
    with pytest.raises(VarietyMissing, match="ar, ary-Arab, ary-Latn"):
        VarietyModel.fit(["bonjour"], ["fr"])
