"""Project ideas: told once, kept, found again by a reference that can be said aloud."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import new_code
from bot.store.models import Idea

TITLE_LENGTH = 80


def submit(
    session: Session,
    *,
    contact_id: int,
    summary: str,
    place: str,
    commune_code: str | None,
    sector: str,
    needs: str,
    now: datetime,
) -> Idea:
    """Keep an idea in the person's own words. ``sector`` is one of the contract's; the reference reads "I-K7MPA"."""
    reference = f"I-{new_code()}"
    while session.scalar(select(Idea.id).where(Idea.reference == reference)) is not None:
        reference = f"I-{new_code()}"
    idea = Idea(
        reference=reference,
        contact_id=contact_id,
        title=_title(summary),
        summary=summary,
        sector=sector,
        commune_code=commune_code,
        place=place,
        needs=needs,
        created_at=now,
    )
    session.add(idea)
    session.flush()
    return idea


def of_contact(session: Session, contact_id: int) -> Sequence[Idea]:
    """A contact's ideas, latest first."""
    return session.scalars(select(Idea).where(Idea.contact_id == contact_id).order_by(Idea.id.desc())).all()


def _title(summary: str) -> str:
    line = " ".join(summary.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
