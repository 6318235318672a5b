"""For how long what is kept of people, and the hour at which what is too old goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

CASABLANCA = ZoneInfo("Africa/Casablanca")
NIGHT = 3
"""From this hour (Africa/Casablanca) on the night's work is done, once a day."""


@dataclass(frozen=True, kw_only=True)
class Periods:
    """Days after which each of these goes; 0 keeps it for ever.

    ``messages`` includes what Rasa keeps of a conversation; ``payloads`` are the providers' raw ones; ``bookings`` count from the
    appointment, ``handoffs`` from when they were closed, ``people`` from the last word said in either direction: then everything goes.
    """

    messages: int = 365
    payloads: int = 30
    media: int = 90
    handoffs: int = 365
    bookings: int = 365
    people: int = 730


def cutoff(days: int, now: datetime) -> datetime | None:
    """What is older than this goes; None where nothing does."""
    return now - timedelta(days=days) if days > 0 else None


def night_of(now: datetime) -> date | None:
    """The day whose nightly work may be done at ``now``; None in the hours before it."""
    local = now.astimezone(CASABLANCA)
    return local.date() if local.hour >= NIGHT else None
