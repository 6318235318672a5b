"""People and the addresses they write from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, PrimaryKey


class Contact(Base):
    """Whoever writes from an address. One phone may be shared: bookings carry their own names.

    ``variety`` is the BCP 47 tag of the last answer; ``variety_chosen`` says that the person asked for it.
    ``phone`` is a Moroccan mobile in E.164 for SMS: known on WhatsApp, asked on Telegram.
    """

    __tablename__ = "contact"

    id: Mapped[PrimaryKey]
    created_at: Mapped[datetime]
    variety: Mapped[str | None]
    variety_chosen: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None]
    wants_updates: Mapped[bool] = mapped_column(default=False)
    updates_changed_at: Mapped[datetime | None]

    addresses: Mapped[list[ContactAddress]] = relationship(back_populates="contact")


class ContactAddress(Base):
    """One address of a contact on one channel: E.164 on WhatsApp and SMS, the chat id on Telegram."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[PrimaryKey]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    profile_name: Mapped[str | None]
    blocked_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship(back_populates="addresses")
