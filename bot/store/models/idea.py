"""Project ideas that people told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models.base import Base, PrimaryKey


class Idea(Base):
    """One idea. ``reference`` can be said aloud; ``sector`` is one of the contract's; ``needs`` are the person's own words."""

    __tablename__ = "idea"

    id: Mapped[PrimaryKey]
    reference: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    title: Mapped[str]
    summary: Mapped[str]
    sector: Mapped[str]
    commune_code: Mapped[str | None]
    place: Mapped[str]
    needs: Mapped[str]
    status: Mapped[str] = mapped_column(default="received")
    created_at: Mapped[datetime]
