"""Weighted word and character n-grams, as plain numpy arrays that can be stored without pickling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Views = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Block:
    """One family of n-grams: of which view, of words or of characters within words, from ``low`` to ``high``
    long."""

    view: str
    unit: str
    low: int
    high: int
    min_count: int
    weight: float

    def grams(self, text: str) -> list[str]:
        """The n-grams of the text of a view, repeated as often as they occur."""
        words = text.split()
        return self._of_words(words) if self.unit == "word" else self._of_characters(words)

    def _of_words(self, words: Sequence[str]) -> list[str]:
        return [
            " ".join(words[start : start + size])
            for size in range(self.low, self.high + 1)
            for start in range(len(words) - size + 1)
        ]

    def _of_characters(self, words: Sequence[str]) -> list[str]:
        found: list[str] = []
        for word in words:
            padded = f" {word} "
            for size in range(self.low, self.high + 1):
                if size >= len(padded):
                    found.append(padded)
                    break
                found.extend(padded[start : start + size] for start in range(len(padded) - size + 1))
        return found


class NgramSpace:
    """Maps texts to sparse vectors: for each block, log counts times inverse document frequency, of length
    ``block.weight``."""

    def __init__(
        self, blocks: Sequence[Block], vocabularies: Sequence[Mapping[str, int]], idf: Floats
    ) -> None:
        self.blocks = tuple(blocks)
        self._vocabularies = tuple(vocabularies)
        self._idf = idf

    @property
    def size(self) -> int:
        """The number of columns."""
        return len(self._idf)

    @classmethod
    def fit(cls, blocks: Sequence[Block], texts: Sequence[str], views: Views) -> NgramSpace:
        """The space of all n-grams that are frequent enough in ``texts``."""
        documents: list[Counter[str]] = [Counter() for _ in blocks]
        for text in texts:
            seen = views(text)
            for counted, block in zip(documents, blocks, strict=True):
                counted.update(set(block.grams(seen[block.view])))
        vocabularies: list[dict[str, int]] = []
        frequencies: list[int] = []
        for counted, block in zip(documents, blocks, strict=True):
            kept = sorted(gram for gram, count in counted.items() if count >= block.min_count)
            vocabularies.append({gram: len(frequencies) + index for index, gram in enumerate(kept)})
            frequencies.extend(counted[gram] for gram in kept)
        idf = np.log((1 + len(texts)) / (1 + np.array(frequencies))) + 1
        return cls(blocks, vocabularies, idf.astype(np.float32))

    def vector(self, seen: Mapping[str, str]) -> tuple[Ints, Floats]:
        """Columns and values of one message, given its views."""
        columns: list[Ints] = []
        values: list[Floats] = []
        for block, vocabulary in zip(self.blocks, self._vocabularies, strict=True):
            counts = Counter(vocabulary[gram] for gram in block.grams(seen[block.view]) if gram in vocabulary)
            if not counts:
                continue
            of_block = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
            raw = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            weighted = (1 + np.log(raw)) * self._idf[of_block]
            columns.append(of_block)
            values.append((block.weight / np.sqrt(np.square(weighted).sum()) * weighted).astype(np.float32))
        if not columns:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        return np.concatenate(columns), np.concatenate(values)

    def matrix(self, texts: Iterable[str], views: Views) -> csr_matrix:
        """The vectors of many texts as rows."""
        vectors = [self.vector(views(text)) for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in vectors])])
        columns = np.concatenate([columns for columns, _ in vectors])
        values = np.concatenate([values for _, values in vectors])
        matrix = csr_matrix((values, columns, starts), shape=(len(vectors), self.size))
        matrix.sort_indices()
        return matrix

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What :meth:`from_arrays` needs besides the blocks."""
        grams = [gram for vocabulary in self._vocabularies for gram in vocabulary]
        encoded = "\n".join(grams).encode("utf-8")
        sizes = np.array([len(vocabulary) for vocabulary in self._vocabularies], dtype=np.int64)
        return {"grams": np.frombuffer(encoded, dtype=np.uint8), "sizes": sizes, "idf": self._idf}

    @classmethod
    def from_arrays(cls, blocks: Sequence[Block], arrays: Mapping[str, NDArray[Any]]) -> NgramSpace:
        """The space that :meth:`arrays` described."""
        grams = bytes(arrays["grams"]).decode("utf-8").split("\n")
        vocabularies: list[dict[str, int]] = []
        start = 0
        for size in arrays["sizes"].tolist():
            vocabularies.append(
                {gram: start + index for index, gram in enumerate(grams[start : start + size])}
            )
            start += size
        return cls(blocks, vocabularies, arrays["idf"])


def summed(rows: csr_matrix, weights: Floats) -> Floats:
    """The product of sparse ``rows`` with the upper part of ``weights``, reading only the weights that it needs: these
    may be stored with less precision, and are made precise nowhere else."""
    product = np.zeros((rows.shape[0], weights.shape[1]), dtype=np.float32)
    for row, (first, last) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        columns = rows.indices[first:last]
        product[row] = rows.data[first:last] @ weights[columns].astype(np.float32)
    return product
