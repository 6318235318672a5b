"""How long to wait before a failed job is tried again. Pure: the caller passes the random number."""

from __future__ import annotations

from datetime import timedelta

TURN_TRIES = 55
"""About twelve minutes in all: longer than repairs that somebody who is called can do at once, short enough for a person who waits."""
LONGEST_TURN_PAUSE = 15.0
SOON_TRIES = 60
SOON_SEND_PAUSE = 30.0
"""For the first half hour: most outages are over by then, and who waits for an answer should not wait long after them."""
LONGEST_SEND_PAUSE = 900.0
SEND_FOR = timedelta(hours=24)


def turn_pause(attempts: int) -> float:
    """Seconds before a turn's next try: quick at first, because a restarted process is back within seconds."""
    return min(LONGEST_TURN_PAUSE, 1.5 ** min(attempts, 12))


def send_pause(attempts: int, *, jitter: float) -> float:
    """Seconds before a message's next try, doubling up to half a minute, and a quarter of an hour after the first half hour; ``jitter``
    in 0…1 spreads them.
    """
    longest = SOON_SEND_PAUSE if attempts < SOON_TRIES else LONGEST_SEND_PAUSE
    return min(longest, 2.0 ** min(attempts, 12)) * (0.75 + jitter / 2)
