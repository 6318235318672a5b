"""When a message's turn begins at once, and when it waits a little: providers swap, and some people send without end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

SWAP_WINDOW = timedelta(seconds=1)
"""So long after it came a message waits for one that the provider's numbers say is missing before it."""
FLOOD_MESSAGES = 20
FLOOD_WINDOW = timedelta(seconds=10)
"""More messages than that in so long a time are one flood, which is answered once."""
FLOOD_QUIET = timedelta(seconds=2)
"""A flood is over when nothing came for so long …"""
FLOOD_LASTS = timedelta(seconds=20)
"""… or when its first unanswered message has waited for so long."""
MERGED_TEXTS = 6
MERGED_CHARACTERS = 1000


def wait_for_predecessor(*, received_at: datetime, now: datetime) -> float:
    """Seconds until a message need not wait any more for the one before it; 0 where that time is over."""
    return max(0.0, (received_at + SWAP_WINDOW - now).total_seconds())


def wait_for_quiet(*, oldest: datetime, newest: datetime, now: datetime) -> float:
    """Seconds until a flood may be answered; 0 where it may be now. All datetimes are aware."""
    if now - oldest >= FLOOD_LASTS:
        return 0.0
    return max(0.0, (newest + FLOOD_QUIET - now).total_seconds())


def merged_text(texts: Sequence[str]) -> str:
    """What a flood says: its different texts, the latest where they are too many."""
    different = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    return "\n".join(different[-MERGED_TEXTS:])[-MERGED_CHARACTERS:].strip()
