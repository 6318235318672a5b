"""Conversations in human hands: who waits, who holds them, what coaches note, and how the coaches' desk is set up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.store.models.base import Base, Json, PrimaryKey
from bot.store.models.message import Conversation
from bot.store.models.staff import Staff


class Handoff(Base):
    """A conversation in human hands; open while ``closed_at`` is null.

    ``reason`` is a :class:`bot.core.handoff_rules.Reason`. ``urgent`` goes before everything else. ``waiting_since`` is when it came
    into the waiting line last, ``speciality`` whom it waits for, if not for anybody. ``first_answer_at`` is the coach's first message.
    ``alerted_at`` and ``escalated_at`` say that coaches, and then organisers, were told that somebody waits. ``closed_by`` is "coach"
    or "silence".
    """

    __tablename__ = "handoff"
    __table_args__ = (
        Index("uq_handoff_open", "conversation_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_handoff_closed", "closed_at", "id"),
    )

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    reason: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    speciality: Mapped[str | None]
    requested_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    alerted_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]

    conversation: Mapped[Conversation] = relationship()
    staff: Mapped[Staff | None] = relationship()


class CoachNote(Base):
    """What a coach wrote for colleagues; the person never sees it."""

    __tablename__ = "coach_note"

    id: Mapped[PrimaryKey]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    at: Mapped[datetime]

    staff: Mapped[Staff] = relationship()


class ConversationSeen(Base):
    """How far a member of the staff has read a conversation: the id of the last inbound message that they were shown."""

    __tablename__ = "conversation_seen"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True, index=True)
    inbound_id: Mapped[int]


class CoachProfile(Base):
    """What a member of the staff is good at (:data:`bot.core.handoff_rules.SPECIALITIES`), and where to alert them.

    ``alert_channel`` is "sms" (a mobile in E.164) or "telegram" (a chat id); without it there is no alert.
    ``link_hash`` is the SHA-256 of a code that the owner sends to the bot from their Telegram until ``link_expires_at``, which is
    null once the code was used.
    """

    __tablename__ = "coach_profile"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    specialities: Mapped[list[str]] = mapped_column(JSONB, default=list)
    alert_channel: Mapped[str | None]
    alert_address: Mapped[str | None]
    link_hash: Mapped[str | None]
    link_expires_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class DeskSettings(Base):
    """How the coaches' desk works; one row, written by organisers. Lengths of time are minutes.

    ``hours`` maps a weekday ("0" is Monday) to ``["09:00", "16:00"]``, local; empty where nobody has said them.
    """

    __tablename__ = "desk_settings"

    id: Mapped[PrimaryKey]
    hours: Mapped[Json] = mapped_column(default=dict)
    emergency_line: Mapped[str | None]
    alert_after: Mapped[int] = mapped_column(default=10)
    escalate_after: Mapped[int] = mapped_column(default=45)
    give_back_after: Mapped[int] = mapped_column(default=120)
