"""Conversations and their durable messages, both ways."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, Json, PrimaryKey
from bot.store.models.contact import Contact, ContactAddress


class Conversation(Base):
    """All that is said with one address. ``talker`` is a :class:`bot.core.routing.Talker`.

    ``last_inbound_at`` carries the service window.
    """

    __tablename__ = "conversation"

    id: Mapped[PrimaryKey]
    address_id: Mapped[int] = mapped_column(ForeignKey("contact_address.id"), unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    talker: Mapped[str] = mapped_column(default="assistant")
    created_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime] = mapped_column(index=True)
    example_announced: Mapped[int | None] = mapped_column(
        comment="the turn that said that the timetable is an example"
    )

    address: Mapped[ContactAddress] = relationship()
    contact: Mapped[Contact] = relationship()


class InboundMessage(Base):
    """What a person sent, stored before the provider is told that it was taken.

    ``outcome`` is null while the turn is open, then "answered", "to_coach", "gave_up" or "merged". ``raw`` is the provider's payload.
    ``provider_order`` is the provider's own sequence (Telegram's ``update_id``); ``merged_into`` the turn that answered this one too.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index("ix_inbound_message_open", "conversation_id", postgresql_where=text("outcome IS NULL")),
        Index("ix_inbound_message_newest", "conversation_id", "id"),
        Index("ix_inbound_message_received_at", "received_at"),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str]
    provider_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    payload: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    shared_phone: Mapped[str | None]
    media: Mapped[list[Json]] = mapped_column(default=list)
    raw: Mapped[Json]
    received_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    provider_order: Mapped[int | None]
    merged_into: Mapped[int | None]
    outcome: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    variety: Mapped[str | None]


class OutboundMessage(Base):
    """What is sent to one address, stored before it is sent.

    ``kind`` is one of :data:`bot.core.sending_rules.POLICIES`. ``turn_id`` is the inbound message that caused it, ``position`` its
    place in that turn. ``status`` is a :class:`bot.core.messages.DeliveryStatus` and only moves forward. Past ``expires_at`` it is not
    sent any more. ``replaces_id`` is the message that this one stands in for: one that staff sent again, or that goes by SMS instead.
    Staff who have seen to one that failed note it in ``handled_at`` and ``handled_by``. Times are the product's clock's, but
    ``stored_at`` is the machine's: providers know no other.
    """

    __tablename__ = "outbound_message"
    __table_args__ = (
        UniqueConstraint("turn_id", "position"),
        Index("ix_outbound_message_provider_id", "channel", "provider_id"),
        Index(
            "ix_outbound_message_failed",
            "id",
            postgresql_where=text("status IN ('failed', 'undelivered', 'unknown') AND handled_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    buttons: Mapped[list[Json]] = mapped_column(default=list)
    request: Mapped[str | None]
    request_title: Mapped[str | None]
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_message.id"))
    position: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[str] = mapped_column(default="queued")
    provider_id: Mapped[str | None]
    error_code: Mapped[str | None]
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_message.id"), index=True)
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class DeliveryEvent(Base):
    """Every receipt of a provider as it came, in order of arrival."""

    __tablename__ = "delivery_event"

    id: Mapped[PrimaryKey]
    outbound_id: Mapped[int] = mapped_column(ForeignKey("outbound_message.id"), index=True)
    status: Mapped[str]
    error_code: Mapped[str | None]
    raw: Mapped[Json]
    at: Mapped[datetime]


class TurnEffect(Base):
    """What a turn has written already, so that a turn that runs twice writes once. ``result`` is returned to the second run."""

    __tablename__ = "turn_effect"

    turn_id: Mapped[int] = mapped_column(ForeignKey("inbound_message.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    result: Mapped[Json]
    at: Mapped[datetime]


class ContentTemplate(Base):
    """A content template that was created at Twilio, by the hash of what it holds."""

    __tablename__ = "content_template"

    key: Mapped[str] = mapped_column(primary_key=True)
    sid: Mapped[str]


class MediaFile(Base):
    """One attachment of an inbound message, fetched by a job of its own. ``position`` is its place in the message's ``media``.

    ``status`` is "waiting", "stored", "refused" (too large, or of a kind that is not kept), "failed" or "expired"; ``reason`` says why.
    ``name`` is the file's in the media directory, ``size`` in bytes.
    """

    __tablename__ = "media_file"
    __table_args__ = (UniqueConstraint("inbound_id", "position"),)

    id: Mapped[PrimaryKey]
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_message.id"))
    position: Mapped[int]
    status: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None]
    content_type: Mapped[str | None]
    name: Mapped[str | None]
    size: Mapped[int | None]
    stored_at: Mapped[datetime | None]


class RateBucket(Base):
    """Tokens left of one limit of rate; shared between workers. ``at`` is the database's own clock, when they were last counted.

    Not logged: after a crash of the database the buckets begin full, which is all that is lost.
    """

    __tablename__ = "rate_bucket"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]
