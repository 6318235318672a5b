"""By which way somebody can be written to unasked at this moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bot.core import service_window
from bot.core.bubbles import Bubble
from bot.core.locales import variety_or_default
from bot.core.messages import Channel
from bot.services import messages
from bot.store.models import Conversation

Templates = Collection[tuple[str, str]]
"""The kinds of messages and varieties (BCP 47 tags) for which WhatsApp has approved a template."""


def by_chat(conversation: Conversation, *, kind: str, templates: Templates, now: datetime) -> bool:
    """Whether a message of this kind can go to the chat: its window is open, or a template may be sent outside it."""
    channel = Channel(conversation.address.channel)
    if channel is Channel.SMS or conversation.address.blocked_at is not None:
        return False
    variety = variety_or_default(conversation.contact.variety)
    return (kind, variety.value) in templates or service_window.is_open(
        channel=channel, last_inbound_at=conversation.last_inbound_at, now=now
    )


def say_in_chat(
    session: Session,
    conversation: Conversation,
    bubble: Bubble,
    *,
    kind: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Store one message to the chat; it is not sent any more after ``expires_at``. Its id."""
    (sent,) = messages.reply(
        session, conversation=conversation, bubbles=[bubble], now=now, kind=kind, expires_at=expires_at
    )
    return sent
