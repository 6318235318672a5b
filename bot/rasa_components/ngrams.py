"""Weighted word and character n-grams, as plain numpy arrays that can be stored without pickling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Views = Callable[[str], Mapping[str, str]]
T = TypeVar("T")

# People use the same words again and again; each costs some 200 bytes a block.
_REMEMBERED_WORDS = 16384


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
                found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
        return found


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Sparse rows, by the names that ``scipy.sparse`` has for their parts: the columns (``indices``) and values (``data``) of a row begin
    at the place that ``indptr`` has for it."""

    indptr: Ints
    indices: Ints
    data: Floats


class NgramSpace:
    """Maps texts to sparse vectors: for each block, log counts times inverse document frequency, of length
    ``block.weight``."""

    def __init__(
        self, blocks: Sequence[Block], vocabularies: Sequence[Mapping[str, int]], idf: Floats
    ) -> None:
        self.blocks = tuple(blocks)
        self._vocabularies = tuple(vocabularies)
        self._idf = idf
        self._columns = [
            _by_word(block, _known(block, vocabulary), _REMEMBERED_WORDS)
            for block, vocabulary in zip(self.blocks, self._vocabularies, strict=True)
        ]

    @property
    def size(self) -> int:
        """The number of columns."""
        return len(self._idf)

    @classmethod
    def fit(cls, blocks: Sequence[Block], texts: Sequence[str], views: Views) -> NgramSpace:
        """The space of all n-grams that are frequent enough in ``texts``."""
        documents: list[Counter[str]] = [Counter() for _ in blocks]
        grams = [_by_word(block, block.grams, None) for block in blocks]
        for text in texts:
            seen = views(text)
            for counted, block, of_block in zip(documents, blocks, grams, strict=True):
                counted.update(set(of_block(seen[block.view])))
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
        counts = [
            Counter(of_block(seen[block.view]))
            for block, of_block in zip(self.blocks, self._columns, strict=True)
        ]
        sizes = [len(counted) for counted in counts]
        columns = np.fromiter(chain.from_iterable(counts), np.int64, sum(sizes))
        raw = np.fromiter(chain.from_iterable(counted.values() for counted in counts), np.float32, sum(sizes))
        values = (1 + np.log(raw)) * self._idf[columns]
        start = 0
        for block, size in zip(self.blocks, sizes, strict=True):
            of_block = values[start : start + size]
            if size:
                of_block *= block.weight / np.sqrt(np.square(of_block).sum())
            start += size
        return columns, values

    def rows(self, texts: Iterable[str], views: Views) -> Rows:
        """The vectors of many texts."""
        vectors = [self.vector(views(text)) for text in texts]
        return Rows(
            indptr=np.cumsum([0, *(len(columns) for columns, _ in vectors)]),
            indices=np.concatenate([columns for columns, _ in vectors]),
            data=np.concatenate([values for _, values in vectors]),
        )

    def matrix(self, texts: Iterable[str], views: Views) -> csr_matrix:
        """The same to reckon with; to make it takes as long as all vectors of a message."""
        rows = self.rows(texts, views)
        shape = (len(rows.indptr) - 1, self.size)
        matrix = csr_matrix((rows.data, rows.indices, rows.indptr), shape=shape)
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


def _known(block: Block, vocabulary: Mapping[str, int]) -> Callable[[str], list[int]]:
    return lambda text: [vocabulary[gram] for gram in block.grams(text) if gram in vocabulary]


def _by_word(
    block: Block, found: Callable[[str], list[T]], remembered: int | None
) -> Callable[[str], Iterable[T]]:
    """``found`` for texts; n-grams of characters are those of its words one by one, each of which is remembered."""
    if block.unit == "word":
        return found
    of_word = lru_cache(maxsize=remembered)(found)
    return lambda text: chain.from_iterable(map(of_word, text.split()))


def summed(rows: Rows | csr_matrix, weights: Floats) -> Floats:
    """The product of sparse ``rows`` with the upper part of ``weights``, reading only the weights that it needs: these
    may be stored with less precision, and are made precise nowhere else."""
    product = np.zeros((len(rows.indptr) - 1, weights.shape[1]), dtype=np.float32)
    for row, (first, last) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        columns = rows.indices[first:last]
        product[row] = rows.data[first:last] @ weights[columns].astype(np.float32)
    return product
