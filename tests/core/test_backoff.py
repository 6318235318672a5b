"""Pauses between tries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.backoff import (
    LONGEST_SEND_PAUSE,
    LONGEST_TURN_PAUSE,
    SEND_FOR,
    TURN_TRIES,
    send_pause,
    turn_pause,
)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1.0), (1, 1.5), (2, 2.25), (9, 15.0), (2000, 15.0)])
def test_a_turns_pauses_grow_quickly_to_a_quarter_of_a_minute(attempts: int, seconds: float) -> None:
    assert turn_pause(attempts) == seconds


def test_a_turn_is_tried_for_minutes() -> None:
    total = sum(turn_pause(attempts) for attempts in range(TURN_TRIES - 1))
    assert timedelta(minutes=11) < timedelta(seconds=total) < timedelta(minutes=14)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 1.0), (1, 2.0), (4, 16.0), (5, 30.0), (59, 30.0), (60, 900.0), (5000, 900.0)],
)
def test_a_messages_pauses_double_up_to_half_a_minute_and_are_long_after_half_an_hour(
    attempts: int, seconds: float
) -> None:
    assert send_pause(attempts, jitter=0.5) == seconds


@given(attempts=st.integers(0, 10_000), jitter=st.floats(0, 1))
def test_pauses_stay_in_their_bounds_and_never_shrink(attempts: int, jitter: float) -> None:
    middle = send_pause(attempts, jitter=0.5)
    assert 0.75 * middle <= send_pause(attempts, jitter=jitter) <= 1.25 * middle
    assert send_pause(attempts + 1, jitter=jitter) >= send_pause(attempts, jitter=jitter)
    assert turn_pause(attempts) <= turn_pause(attempts + 1) <= LONGEST_TURN_PAUSE
    assert middle <= LONGEST_SEND_PAUSE < SEND_FOR.total_seconds()
