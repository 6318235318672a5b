"""What each class of outbound messages promises: how urgent it is, what it is for, and what becomes of it in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.core.consent_rules import Purpose
from bot.core.errors import InvalidInput


class UnknownKind(InvalidInput):
    """An outbound message of a kind that has declared no policy."""


class Repeat(str, Enum):
    """What happens to a message of which nobody knows whether it was sent, where the provider cannot be asked."""

    AT_LEAST_ONCE = "at_least_once"
    """After a crash, or an error of the provider's own, it is sent again: a person waits for it, and twice is better than never."""
    AT_MOST_ONCE = "at_most_once"
    """It is not sent again, is marked "unknown", and is shown to the staff."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One class of messages. A larger ``priority`` leaves first; after ``lasts`` nobody tries any more."""

    priority: int
    purpose: Purpose
    repeat: Repeat
    lasts: timedelta


DAY = timedelta(hours=24)
POLICIES: Mapping[str, Policy] = {
    "reply": Policy(priority=30, purpose=Purpose.SERVICE, repeat=Repeat.AT_LEAST_ONCE, lasts=DAY),
    # One sentence of the assistant's that answers no turn: a coach has gone, a stop was heard.
    "notice": Policy(priority=30, purpose=Purpose.SERVICE, repeat=Repeat.AT_LEAST_ONCE, lasts=DAY),
    # To staff: somebody waits.
    "alert": Policy(priority=25, purpose=Purpose.SERVICE, repeat=Repeat.AT_LEAST_ONCE, lasts=DAY),
    "coach": Policy(priority=20, purpose=Purpose.SERVICE, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
    "reminder": Policy(priority=10, purpose=Purpose.REMINDERS, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
    # A change of the plan that concerns one's own appointment.
    "announcement": Policy(priority=5, purpose=Purpose.REMINDERS, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
    # A place that has become free, for somebody on a waiting list.
    "offer": Policy(priority=15, purpose=Purpose.REMINDERS, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
    # One question after the day.
    "follow_up": Policy(priority=3, purpose=Purpose.REMINDERS, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
    # What is new with the caravan, for those who asked for it.
    "news": Policy(priority=1, purpose=Purpose.ANNOUNCEMENTS, repeat=Repeat.AT_MOST_ONCE, lasts=DAY),
}
"""Every kind of outbound message; one that is not here cannot be stored."""

LONGEST_CHAIN = 3
"""So often a message is sent anew that a receipt says was not delivered, and might be later."""


def policy_of(kind: str) -> Policy:
    """The policy of a kind. Raises UnknownKind."""
    found = POLICIES.get(kind)
    if found is None:
        raise UnknownKind(f"no policy is declared for outbound messages of the kind {kind!r}")
    return found


def is_over(*, kind: str, created_at: datetime, expires_at: datetime | None, now: datetime) -> bool:
    """Whether a message is not worth another try: its own time is over, or that of its class. All datetimes are aware."""
    return now - created_at > policy_of(kind).lasts or (expires_at is not None and now >= expires_at)
