"""Somebody waits for a coach: what they are told when that begins, and how they go on with the assistant meanwhile.

From then on the assistant is silent whatever arrives, but for the word that asks for it.

Going on closes nothing: the request stays in the coaches' list, with all that is said, and any coach can take the conversation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.core.messages import InboundKind
from bot.core.routing import Talker
from bot.core.waiting_replies import goes_on
from bot.services import desk_settings
from bot.services.turn_words import START_COMMANDS
from bot.store.models import Conversation, InboundMessage

BACK = '/go_back{"choice": "coach:waits"}'
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
    """Let the assistant go on where this message asks for it; what it then has to answer. None: it is for the coach.

    A choice of the assistant's that was pressed may be an old one, so that it is for the coach as well.
    """
    if conversation.talker != Talker.WAITING.value:
        return None
    if inbound.kind != InboundKind.TEXT.value or not _asks_for_it(inbound.text.strip()):
        return None
    conversation.talker = Talker.ASSISTANT.value
    session.flush()
    return BACK


def _asks_for_it(typed: str) -> bool:
    return typed.lower() in START_COMMANDS or goes_on(typed)
