from __future__ import annotations

import operator
import os

import pytest

from bot.rasa_components.elsewhere import elsewhere


def test_the_result_comes_from_another_process() -> None:
    pid = elsewhere(os.getpid)
    assert pid() != os.getpid()


def test_arguments_reach_it_while_this_process_goes_on() -> None:
    first, second = elsewhere(sorted, "cab"), elsewhere(operator.add, 2, 3)
    assert (first(), second()) == (["a", "b", "c"], 5)


def test_a_failure_is_no_result() -> None:
    failed = elsewhere(operator.truediv, 1, 0)
    with pytest.raises(EOFError):
        failed()
