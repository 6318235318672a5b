"""Who may be handed a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.roles import COACHES
from bot.store.models import Staff


def others(session: Session, *, staff_id: int) -> Sequence[Staff]:
    """Who else talks with people, by name."""
    return session.scalars(
        select(Staff)
        .where(
            Staff.id != staff_id,
            Staff.disabled_at.is_(None),
            Staff.role.in_([role.value for role in COACHES]),
        )
        .order_by(Staff.display_name, Staff.id)
    ).all()
