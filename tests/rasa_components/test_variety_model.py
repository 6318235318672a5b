from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.core.text import fold
from bot.rasa_components.variety_model import (
    VARIETIES,
    VarietyMissing,
    VarietyModel,
    cue_counts,
    cues,
    french_share,
    varieties_of_cue,
)

ROOT = Path(__file__).resolve().parents[2]
# The variety that is written in the same script.
BESIDE = {"ary-Arab": "ar", "ar": "ary-Arab", "ary-Latn": "fr", "fr": "ary-Latn"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bghit n3ref fin kaynin", "ary-Latn"),
        ("je voudrais savoir où vous êtes", "fr"),
        ("بغيت نعرف فين كاينين", "ary-Arab"),
        ("أريد أن أعرف أين أنتم", "ar"),
        ("bghit nakhod rendez-vous dyali 3afak", "ary-Latn"),
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


@pytest.fixture(scope="module")
def examples_with() -> Counter[tuple[str, str]]:
    """How many training examples of a variety have a word in them."""
    found: Counter[tuple[str, str]] = Counter()
    for path in (ROOT / "nlu_data" / "nlu").rglob("*.yml"):
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            variety = (block.get("metadata") or {}).get("variety")
            for line in str(block.get("examples", "")).splitlines():
                found.update((word, variety) for word in set(re.findall(r"\w+", fold(line))))
    return found


@pytest.mark.parametrize("variety", VARIETIES)
def test_no_word_of_both_varieties_of_a_script_gives_one_away(
    examples_with: Counter[tuple[str, str]], variety: str
) -> None:
    shared = [
        word
        for word in cues()[variety]
        if examples_with[word, BESIDE[variety]] >= 3
        and examples_with[word, variety] < 4 * examples_with[word, BESIDE[variety]]
    ]
    assert shared == []


def test_a_word_that_counts_only_alone_is_no_hint_in_a_sentence() -> None:
    assert varieties_of_cue("la") == ("ary-Latn",)
    assert cue_counts("la caravane") == cue_counts("xx caravane")
