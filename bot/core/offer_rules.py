"""Offers to people on a waiting list: how long one stands, and when it is made. No I/O; ``now`` is passed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.booking_rules import MIN_NOTICE
from bot.core.reminder_rules import CASABLANCA, LATEST_EVENING
from bot.core.visit_rules import after_the_night

LEAST = timedelta(minutes=15)
"""Nobody is given less than this to answer."""


def worth_offering(*, starts_at: datetime, now: datetime) -> bool:
    """Whether enough time is left to answer, and then to come."""
    return starts_at - now >= MIN_NOTICE + LEAST


def stands_until(*, starts_at: datetime, now: datetime, lasts: timedelta) -> datetime:
    """Until when an offer that is made at ``now`` (by day) stands; the night does not count, and there is time left to come."""
    left, moment = lasts, now
    while True:
        local = moment.astimezone(CASABLANCA)
        evening = datetime.combine(local.date(), LATEST_EVENING, CASABLANCA)
        if moment + left < evening:
            break
        left -= evening - moment
        moment = after_the_night(evening)
    return min(moment + left, starts_at - MIN_NOTICE)
