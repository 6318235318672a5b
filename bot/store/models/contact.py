"""People and the addresses they write from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, PrimaryKey


class Contact(Base):
    """Whoever writes from an address. One phone may be shared: bookings carry their own names.

    ``variety`` is the BCP 47 tag of the last answer; ``variety_chosen`` says that the person asked for it.
    ``phone`` is a Moroccan mobile in E.164 for SMS: known on WhatsApp, asked on Telegram. ``wants_updates`` is what the ledger of
    consent says of announcements, for queries over everybody; only :mod:`bot.services.consent` writes it.
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


class ConsentEvent(Base):
    """One entry of the ledger of consent: who gave or withdrew it, for what, when, and by which words. The database refuses changes.

    ``purpose`` is a :class:`bot.core.consent_rules.Purpose`; ``source`` is "person", "staff" or "provider".
    """

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_state", "contact_id", "purpose", "id"),)

    id: Mapped[PrimaryKey]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    purpose: Mapped[str]
    channel: Mapped[str]
    given: Mapped[bool]
    source: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]


class ErasureRequest(Base):
    """Somebody is to be erased, with everything that is kept of them. ``staff_id`` is null where they asked themselves."""

    __tablename__ = "erasure_request"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    requested_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
