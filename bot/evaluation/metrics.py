"""Measures of how good guesses are. Everything is a share from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_RESAMPLES = 1000
_SEED = 42
_TAILS = (2.5, 97.5)
BINS = 10


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A figure with the 95 % interval that resampling the messages gives it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Guesses that were about as sure: how many, how sure on average, and how often right."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Values found against values there: ``extra`` are those found that were not there."""

    there: int
    found: int
    extra: int

    @property
    def recall(self) -> float:
        """The share of what was there that was found; 1 where there was nothing."""
        return self.found / self.there if self.there else 1.0

    @property
    def precision(self) -> float:
        """The share of what was found that was there; 1 where nothing was found."""
        return self.found / (self.found + self.extra) if self.found + self.extra else 1.0


def share(hits: Sequence[bool]) -> float:
    """How many of them are true; 0 of none."""
    return sum(hits) / len(hits) if hits else 0.0


def macro_f1(labels: Sequence[str], guesses: Sequence[str]) -> float:
    """The mean, over the classes that occur among the labels, of F1."""
    names = sorted({*labels, *guesses})
    return _macro_f1(_coded(labels, names), _coded(guesses, names), len(names))


def macro_f1_interval(labels: Sequence[str], guesses: Sequence[str]) -> Interval:
    """:func:`macro_f1` with its interval."""
    names = sorted({*labels, *guesses})
    there, guessed = _coded(labels, names), _coded(guesses, names)

    def of(rows: Ints) -> float:
        return _macro_f1(there[rows], guessed[rows], len(names))

    return _interval(of, len(labels))


def share_interval(hits: Sequence[bool]) -> Interval:
    """:func:`share` with its interval."""
    flags = np.array(hits, dtype=np.float64)
    return _interval(lambda rows: float(flags[rows].mean()), len(hits))


def f1_by_class(labels: Sequence[str], guesses: Sequence[str]) -> dict[str, float]:
    """F1 of each class that occurs among the labels."""
    found = {}
    for name in sorted(set(labels)):
        right = sum(label == guess == name for label, guess in zip(labels, guesses, strict=True))
        found[name] = 2 * right / (list(labels).count(name) + list(guesses).count(name))
    return found


def reliability(confidences: Sequence[float], hits: Sequence[bool]) -> tuple[Bin, ...]:
    """The guesses grouped into ten equal ranges of confidence; empty ranges are left out."""
    sure, right = np.array(confidences, dtype=np.float64), np.array(hits, dtype=np.float64)
    groups = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    return tuple(
        Bin(
            count=int((groups == group).sum()),
            confidence=float(sure[groups == group].mean()),
            accuracy=float(right[groups == group].mean()),
        )
        for group in range(BINS)
        if (groups == group).any()
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected difference between confidence and accuracy, weighted by how many guesses are in a range."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.accuracy - one.confidence) for one in bins) / total if total else 0.0


def _coded(names: Sequence[str], known: Sequence[str]) -> Ints:
    index = {name: number for number, name in enumerate(known)}
    return np.array([index[name] for name in names], dtype=np.int64)


def _macro_f1(labels: Ints, guesses: Ints, classes: int) -> float:
    there = np.bincount(labels, minlength=classes)
    guessed = np.bincount(guesses, minlength=classes)
    right = np.bincount(labels[labels == guesses], minlength=classes)
    occurring = there > 0
    return float((2 * right[occurring] / (there + guessed)[occurring]).mean()) if occurring.any() else 0.0


def _interval(measure: Callable[[Ints], float], count: int) -> Interval:
    if not count:
        return Interval(value=0.0, low=0.0, high=0.0)
    chance = np.random.default_rng(_SEED)
    drawn = [measure(chance.integers(0, count, count)) for _ in range(_RESAMPLES)]
    low, high = np.percentile(drawn, _TAILS)
    return Interval(value=measure(np.arange(count)), low=float(low), high=float(high))
