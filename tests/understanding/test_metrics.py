"""The measures, on cases that can be reckoned by hand."""

from __future__ import annotations

import pytest

from bot.evaluation import metrics
from bot.evaluation.metrics import Tally


def test_macro_f1_of_perfect_guesses_is_one() -> None:
    assert metrics.macro_f1(["a", "b", "b"], ["a", "b", "b"]) == 1.0


def test_macro_f1_counts_rare_classes_as_much_as_frequent_ones() -> None:
    # a: precision 9/10, recall 1; b: never guessed.
    assert metrics.macro_f1(["a"] * 9 + ["b"], ["a"] * 10) == pytest.approx((18 / 19 + 0) / 2)


def test_macro_f1_leaves_out_classes_that_are_only_guessed() -> None:
    # a: precision 1, recall 1/2; c does not occur, but costs a its recall.
    assert metrics.macro_f1(["a", "a"], ["a", "c"]) == pytest.approx(2 / 3)


def test_f1_by_class() -> None:
    assert metrics.f1_by_class(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx({"a": 2 / 3, "b": 2 / 3})


def test_the_interval_holds_the_value_and_narrows_with_more_messages() -> None:
    few = metrics.macro_f1_interval(["a", "b"] * 10, ["a", "a"] * 10)
    many = metrics.macro_f1_interval(["a", "b"] * 500, ["a", "a"] * 500)
    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low
    assert few.value == pytest.approx(many.value)


def test_intervals_are_the_same_each_time() -> None:
    hits = [True, False, True] * 20
    assert metrics.share_interval(hits) == metrics.share_interval(hits)


def test_the_interval_of_nothing_is_zero() -> None:
    assert metrics.share_interval([]).value == 0.0


def test_certain_and_right_guesses_are_calibrated() -> None:
    assert metrics.calibration_error(metrics.reliability([1.0, 1.0], [True, True])) == 0.0


def test_the_calibration_error_is_weighted_by_how_many_guesses_there_are() -> None:
    # Three guesses sure to 0.9 that are wrong, one sure to 0.5 that is right.
    bins = metrics.reliability([0.9, 0.9, 0.9, 0.5], [False, False, False, True])
    assert metrics.calibration_error(bins) == pytest.approx((3 * 0.9 + 1 * 0.5) / 4)


def test_guesses_that_are_about_as_sure_share_a_bin() -> None:
    bins = metrics.reliability([0.91, 0.99, 1.0, 0.12], [True, False, True, False])
    assert [one.count for one in bins] == [1, 3]
    assert [one.confidence for one in bins] == pytest.approx([0.12, 2.9 / 3])
    assert [one.accuracy for one in bins] == pytest.approx([0.0, 2 / 3])


def test_recall_and_precision() -> None:
    tally = Tally(there=4, found=3, extra=1)
    assert tally.recall == 0.75
    assert tally.precision == 0.75


def test_where_nothing_was_there_nothing_was_missed() -> None:
    assert Tally(there=0, found=0, extra=2).recall == 1.0
    assert Tally(there=0, found=0, extra=0).precision == 1.0
