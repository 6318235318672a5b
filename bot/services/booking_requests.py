"""The appointment itself, its code, the calendar and the map, asked for in words by somebody who has an appointment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.core import booking_replies
from bot.services import bookings

ALL = "/check_booking"
"""Tells each appointment with its code and what else there is to it."""


def payload_for(session: Session, *, contact_id: int, typed: str, now: datetime) -> str | None:
    """What a typed message asks of the contact's appointment, None where it asks for nothing of it or they have none."""
    wanted = booking_replies.request(typed)
    if wanted is None:
        return None
    active = [
        booking
        for booking in bookings.active(session, contact_id=contact_id, now=now)
        if booking.status == "active"
    ]
    if not active:
        return None
    if wanted in ("code", "mine") or len(active) > 1:
        return ALL
    return f'{ALL}{{"choice": "{wanted}:{active[0].id}"}}'
