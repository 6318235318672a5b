"""Coming and not coming: what may be noted of a day, and when people are asked afterwards. No I/O; ``now`` is passed in."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.core.reminder_rules import CASABLANCA, EARLIEST_MORNING, LATEST_EVENING

GENDERS = ("woman", "man")
"""Noted only where the person says it."""
ASKED_AFTER = timedelta(hours=1)
"""So long after the stop has closed people are asked how it was."""
ASKED_WITHIN = timedelta(days=3)
"""Later than this nobody is asked about a day any more."""


def may_be_noted(*, day: date, now: datetime) -> bool:
    """Who came is noted on the day of the stop or later, never before. ``day`` is local."""
    return now.astimezone(CASABLANCA).date() >= day


def is_quiet(now: datetime) -> bool:
    """Whether it is night in Morocco (21:00 to 8:00): nobody is written to unasked."""
    local = now.astimezone(CASABLANCA).time()
    return local >= LATEST_EVENING or local < EARLIEST_MORNING


def after_the_night(moment: datetime) -> datetime:
    """``moment``, or 8:00 of the morning that follows where it is night."""
    if not is_quiet(moment):
        return moment
    local = moment.astimezone(CASABLANCA)
    day = local.date() if local.time() < EARLIEST_MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, EARLIEST_MORNING, CASABLANCA)


def asked_at(*, day: date, closes_at: time, now: datetime) -> datetime:
    """When somebody is asked how it was: after the stop has closed, not at night, not before it is known."""
    closed = datetime.combine(day, closes_at, CASABLANCA)
    return after_the_night(max(closed + ASKED_AFTER, now))
