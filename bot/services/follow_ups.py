"""After the day: who came is asked one question, who did not gets one kind offer. Rows polled with the product's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import visit_rules
from bot.store.models import FollowUp, Stop


def plan(session: Session, *, booking_id: int, came: bool, stop: Stop, now: datetime) -> None:
    """Note that the person is to be asked, once; a note that is corrected before that changes what they are asked."""
    kind = "came" if came else "no_show"
    known = session.scalar(select(FollowUp).where(FollowUp.booking_id == booking_id).with_for_update())
    if known is not None:
        if known.status == "due":
            known.kind = kind
        return
    due_at = visit_rules.asked_at(day=stop.day, closes_at=stop.closes_at, now=now)
    session.add(FollowUp(booking_id=booking_id, kind=kind, due_at=due_at))
    session.flush()
