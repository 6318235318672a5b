"""How long to wait before a failed job is tried again. Pure: the caller passes the random number."""

from __future__ import annotations

from datetime import timedelta

TURN_TRIES = 20
"""About seven minutes in all: longer than any restart, short enough for a person who waits."""
LONGEST_TURN_PAUSE = 30.0
LONGEST_SEND_PAUSE = 900.0
SEND_FOR = timedelta(hours=24)


def turn_pause(attempts: int) -> float:
    """Seconds before a turn's next try: quick at first, because a restarted process is back within seconds."""
    return min(LONGEST_TURN_PAUSE, 1.5 ** min(attempts, 12))


def send_pause(attempts: int, *, jitter: float) -> float:
    """Seconds before a message's next try, doubling up to a quarter of an hour; ``jitter`` in 0…1 spreads them."""
    return min(LONGEST_SEND_PAUSE, 2.0 ** min(attempts, 12)) * (0.75 + jitter / 2)
