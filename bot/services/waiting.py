"""Somebody waits for a coach: what they are told, once and now and then, and how they go on with the assistant meanwhile.

Going on closes nothing: the request stays in the coaches' list, with all that is said, and any coach can take the conversation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import concerns
from bot.core.bubbles import Bubble
from bot.core.locales import Variety
from bot.core.messages import InboundKind
from bot.core.routing import Talker
from bot.core.texts import Texts
from bot.core.waiting_replies import goes_on
from bot.services import desk_settings, handoffs, messages
from bot.services.turn_words import START_COMMANDS
from bot.store.models import Conversation, Handoff, InboundMessage, OutboundMessage

TOLD_EVERY = timedelta(hours=4)
"""So often who waits and writes is told that it arrived."""
BACK = '/go_back{"choice": "coach:waits"}'
ASKS_FOR_A_COACH = "/talk_to_human"
Line = tuple[str, dict[str, Any]]
"""A text's key and its values."""


def what_follows(session: Session, *, urgent: bool, now: datetime) -> tuple[Line, ...]:
    """What to say behind the news that a coach will answer: when coaches are there, as far as staff have said, and the way back.

    In an emergency the staff's own line is named instead of the way back, which works all the same.
    """
    desk = desk_settings.load(session)
    lines: list[Line] = []
    if urgent and desk.emergency_line:
        lines.append(("notice_emergency_line", {"line": desk.emergency_line}))
    opens_at, closes_at = desk.next_opening(now), desk.closing(now)
    if opens_at is not None:
        lines.append(("utter_coaches_away", {"starts_at": opens_at.isoformat()}))
    elif closes_at is not None:
        lines.append(("utter_coaches_here", {"closes_at": closes_at.isoformat()}))
    if not urgent:
        lines.append(("utter_meanwhile", {}))
    return tuple(lines)


def payload_to_go_on(session: Session, *, conversation: Conversation, inbound: InboundMessage) -> str | None:
    """Let the assistant go on where this message asks for it; what it then has to answer. None: it is for the coach."""
    if conversation.talker != Talker.WAITING.value:
        return None
    payload = _wanted(inbound)
    if payload is not None:
        conversation.talker = Talker.ASSISTANT.value
        session.flush()
    return payload


def _wanted(inbound: InboundMessage) -> str | None:
    if inbound.kind == InboundKind.BUTTON.value and inbound.payload:
        # Whoever presses a choice again that led here still waits.
        return None if inbound.payload.startswith(ASKS_FOR_A_COACH) else inbound.payload
    typed = inbound.text.strip()
    return BACK if typed.lower() in START_COMMANDS or goes_on(typed) else None


def acknowledge(
    session: Session, *, conversation: Conversation, inbound: InboundMessage, texts: Texts, now: datetime
) -> None:
    """Tell who waits and writes that it arrived, unless they were told something in the last hours, or wrote before they waited."""
    handoff = handoffs.open_handoff(session, conversation.id)
    if conversation.talker != Talker.WAITING.value or handoff is None:
        return
    if inbound.received_at <= handoff.waiting_since or _told_lately(session, handoff, now):
        return
    known = conversation.contact.variety
    variety = Variety(known) if known else concerns.variety_of(inbound.text)
    lines = what_follows(session, urgent=handoff.urgent, now=now)
    said = [texts.say(key, variety, values) for key, values in (("notice_kept_for_coach", {}), *lines)]
    bubble = Bubble(text="\n".join(said))
    messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="notice")


def _told_lately(session: Session, handoff: Handoff, now: datetime) -> bool:
    told = select(OutboundMessage.id).where(
        OutboundMessage.conversation_id == handoff.conversation_id,
        OutboundMessage.kind == "notice",
        OutboundMessage.created_at > max(now - TOLD_EVERY, handoff.waiting_since),
    )
    return session.scalar(told.limit(1)) is not None
