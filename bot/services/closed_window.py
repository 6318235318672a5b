"""A provider says that WhatsApp's 24 hours are over where we thought them open: the message goes once more, by the ladder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.core.sending_rules import is_over
from bot.services import messages
from bot.store.models import OutboundMessage

CODE = "63016"
"""Twilio's word for free text that came too late."""


def take_another_way(session: Session, row: OutboundMessage, *, now: datetime) -> None:
    """Store a refused message anew, as a template or an SMS or not at all, whatever our own reckoning says; once, never in a circle."""
    if row.handled_at is not None or goes_by_ladder(session, row):
        return
    if is_over(kind=row.kind, created_at=row.created_at, expires_at=row.expires_at, now=now):
        return
    messages.replace(session, row, now=now)
    row.handled_at = now


def goes_by_ladder(session: Session, row: OutboundMessage) -> bool:
    """Whether a message stands for one that came too late for the provider."""
    if row.replaces_id is None:
        return False
    return session.get_one(OutboundMessage, row.replaces_id).error_code == CODE
