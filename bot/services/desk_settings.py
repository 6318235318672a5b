"""How the coaches' desk works: hours, the emergency line, how long people wait before somebody is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.core.errors import InvalidInput
from bot.core.handoff_rules import Hours, checked_hours, closing, is_open, next_opening
from bot.store.models import DeskSettings

ONLY = 1
LONGEST_WAIT = 7 * 24 * 60
_LINE = re.compile(r"\+?[0-9][0-9 ]{1,18}")


class UnusableSettings(InvalidInput):
    """A length of time or the emergency line cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The settings; ``emergency_line`` is what staff wrote, None where they wrote none: then no number is ever named."""

    hours: Hours = field(default_factory=dict)
    emergency_line: str | None = None
    alert_after: timedelta = timedelta(minutes=10)
    escalate_after: timedelta = timedelta(minutes=45)
    give_back_after: timedelta = timedelta(minutes=120)

    def is_open(self, now: datetime) -> bool:
        """Whether coaches are there at ``now``."""
        return is_open(self.hours, now)

    def next_opening(self, now: datetime) -> datetime | None:
        """When coaches are there again; None where they are, or where nobody has said the hours."""
        return next_opening(self.hours, now)

    def closing(self, now: datetime) -> datetime | None:
        """Until when coaches are there today; None where they are not, or where nobody has said the hours."""
        return closing(self.hours, now)


def load(session: Session) -> Desk:
    """The settings as they are; those of the product where staff have saved none."""
    found = session.get(DeskSettings, ONLY, populate_existing=True)
    if found is None:
        return Desk()
    return Desk(
        hours=found.hours,
        emergency_line=found.emergency_line,
        alert_after=timedelta(minutes=found.alert_after),
        escalate_after=timedelta(minutes=found.escalate_after),
        give_back_after=timedelta(minutes=found.give_back_after),
    )


def save(session: Session, desk: Desk) -> None:
    """Keep the settings. Raises BrokenHours or UnusableSettings."""
    line = (desk.emergency_line or "").strip() or None
    if line is not None and not _LINE.fullmatch(line):
        raise UnusableSettings("an emergency line is a telephone number")
    spans = (desk.alert_after, desk.escalate_after, desk.give_back_after)
    if not all(timedelta(minutes=1) <= span <= timedelta(minutes=LONGEST_WAIT) for span in spans):
        raise UnusableSettings("a wait is between a minute and a week")
    session.merge(
        DeskSettings(
            id=ONLY,
            hours=checked_hours(desk.hours),
            emergency_line=line,
            alert_after=_minutes(desk.alert_after),
            escalate_after=_minutes(desk.escalate_after),
            give_back_after=_minutes(desk.give_back_after),
        )
    )
    session.flush()


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
