"""A message that goes to the staff by its words alone: handed over in the same step, and answered with one honest sentence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.core import concerns
from bot.core.bubbles import Bubble
from bot.core.handoff_rules import URGENT, Reason
from bot.core.locales import Variety
from bot.core.routing import Talker
from bot.core.texts import Texts
from bot.services import desk_settings, handoffs, messages, waiting
from bot.store.models import Conversation, InboundMessage

WORDS = {
    Reason.DISTRESS: "notice_urgent",
    Reason.VIOLENCE: "notice_urgent",
    Reason.ACCIDENT: "notice_urgent",
    Reason.MINOR: "notice_minor",
    Reason.MONEY: "notice_money",
}


def hand_over(
    session: Session, *, conversation: Conversation, inbound: InboundMessage, texts: Texts, now: datetime
) -> bool:
    """Hand the conversation over where the message asks for it; whether it did. The turn is closed then."""
    reason = concerns.concern_of(inbound.text)
    if reason is None:
        return False
    bubble = Bubble(text=_words(session, conversation, inbound, reason, texts, now))
    messages.complete_turn(session, inbound_id=inbound.id, outcome="to_coach", bubbles=[bubble], now=now)
    handoffs.request(session, conversation_id=conversation.id, reason=reason, now=now)
    return True


def heighten(
    session: Session, *, conversation: Conversation, inbound: InboundMessage, texts: Texts, now: datetime
) -> None:
    """A conversation in the staff's hands becomes urgent. Who still waits is told the emergency line, once; with a coach all is silent."""
    reason = concerns.concern_of(inbound.text)
    known = handoffs.open_handoff(session, conversation.id)
    if reason not in URGENT or known is None or known.urgent:
        return
    handoffs.request(session, conversation_id=conversation.id, reason=reason, now=now)
    if conversation.talker == Talker.WAITING.value and desk_settings.load(session).emergency_line:
        bubble = Bubble(text=_words(session, conversation, inbound, reason, texts, now))
        messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="notice")


def _words(
    session: Session,
    conversation: Conversation,
    inbound: InboundMessage,
    reason: Reason,
    texts: Texts,
    now: datetime,
) -> str:
    known = conversation.contact.variety
    variety = Variety(known) if known else concerns.variety_of(inbound.text)
    # What is said to them while they wait is said in it too.
    conversation.contact.variety = variety.value
    lines = waiting.what_follows(session, urgent=reason in URGENT, now=now)
    return "\n".join(texts.say(key, variety, values) for key, values in ((WORDS[reason], {}), *lines))
