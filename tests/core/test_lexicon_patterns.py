"""Expressions that stand over several lines for the eye mean what they would on one."""

from __future__ import annotations

import pytest

from bot.core.lexicon_patterns import on_one_line, pattern, source
from bot.core.lexicons import BrokenLexicon


def test_white_space_around_bars_means_nothing() -> None:
    assert on_one_line("  a b\n   | c |d ") == "a b|c|d"


def test_upper_and_lower_case_are_alike() -> None:
    assert pattern("ideas", "need").search("IL ME FAUT un local")


def test_a_missing_expression_is_named() -> None:
    with pytest.raises(BrokenLexicon, match=r"ideas\.yml: nowhere is missing"):
        source("ideas", "nowhere")
