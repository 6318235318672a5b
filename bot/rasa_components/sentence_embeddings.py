"""Sentence embeddings of the multilingual Universal Sentence Encoder, one copy a process, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.rasa_components.sentence_encoder import SentenceEncoder

DIMENSIONS = 512
_BATCH = 64


@lru_cache(maxsize=1)
def _encoder() -> SentenceEncoder:
    return SentenceEncoder()


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row of :data:`DIMENSIONS` numbers a text, of length 1; nothing but white space gives zeros."""
    rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    filled = [index for index, text in enumerate(texts) if text.strip()]
    for start in range(0, len(filled), _BATCH):
        batch = filled[start : start + _BATCH]
        rows[batch] = _encoder().encode([texts[index] for index in batch])
    return rows
