"""Why a conversation goes to a person, what coaches are good at, and when the coaches' desk is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import Enum

from bot.core.errors import InvalidInput
from bot.core.reminder_rules import CASABLANCA

SPECIALITIES = ("jobs", "projects", "cooperatives", "financing")

Hours = Mapping[str, Sequence[str]]
"""By weekday ("0" is Monday) when coaches are there, local: ``["09:00", "16:00"]``."""


class Reason(str, Enum):
    """Why a conversation is in human hands."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    ANGER = "anger"
    MEDIA = "media"
    GAVE_UP = "gave_up"
    TAKEN = "taken"
    MONEY = "money"
    MINOR = "minor"
    DISTRESS = "distress"
    VIOLENCE = "violence"
    ACCIDENT = "accident"


URGENT = frozenset({Reason.DISTRESS, Reason.VIOLENCE, Reason.ACCIDENT})
"""These go first, and the emergency line is named."""


class BrokenHours(InvalidInput):
    """Opening hours cannot be used: not a time, or an end that is not after its beginning."""


def checked_hours(hours: Hours) -> dict[str, list[str]]:
    """The same hours in their one form. Raises BrokenHours."""
    found = {}
    for weekday, (opens, closes) in hours.items():
        try:
            begin, end = time.fromisoformat(opens), time.fromisoformat(closes)
        except ValueError:
            raise BrokenHours(f"{opens} to {closes} are not times") from None
        if weekday not in "0123456" or begin >= end:
            raise BrokenHours(f"from {opens} to {closes} nobody can be there")
        found[weekday] = [f"{begin:%H:%M}", f"{end:%H:%M}"]
    return found


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether coaches are there at ``now`` (aware). Where nobody has said the hours it counts as open, and nothing is promised."""
    if not hours:
        return True
    local = now.astimezone(CASABLANCA)
    span = hours.get(str(local.weekday()))
    return span is not None and time.fromisoformat(span[0]) <= local.time() < time.fromisoformat(span[1])


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """When coaches are there again, where they are not at ``now``; None where they are, or where no hours are known."""
    if is_open(hours, now):
        return None
    local = now.astimezone(CASABLANCA)
    for days in range(8):
        day = local.date() + timedelta(days=days)
        span = hours.get(str(day.weekday()))
        if span is None:
            continue
        opens = datetime.combine(day, time.fromisoformat(span[0]), CASABLANCA)
        if opens > local:
            return opens
    return None


def closing(hours: Hours, now: datetime) -> datetime | None:
    """Until when coaches are there, where they are at ``now`` and the hours are known."""
    if not hours or not is_open(hours, now):
        return None
    local = now.astimezone(CASABLANCA)
    return datetime.combine(local.date(), time.fromisoformat(hours[str(local.weekday())][1]), CASABLANCA)
