"""Messages that wait for somebody to say what they meant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models.base import Base, PrimaryKey


class LabelCandidate(Base):
    """A message to learn from, without personal data; it goes when the message goes.

    ``reason`` is "refused", "corrected" or "handed_over"; ``guess`` the intent that the person chose or the assistant took it for.
    ``state`` is "waiting", "labelled" or "discarded"; ``intent`` and ``variety`` are what the staff say.
    """

    __tablename__ = "label_candidate"

    id: Mapped[PrimaryKey]
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_message.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str]
    reason: Mapped[str]
    guess: Mapped[str | None]
    variety: Mapped[str | None]
    queued_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    intent: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    labelled_at: Mapped[datetime | None]
    exported_at: Mapped[datetime | None]
