"""What a typed message answers where the product had spoken last by itself: a reminder, an offer, a question after the day."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import options, plan_replies
from bot.store.models import OutboundMessage

OURS = ("reminder", "offer", "follow_up", "notice")
"""Kinds of messages whose choices the assistant does not know of."""
MEANS = {
    "keep": ("offer_yes", "useful_yes", "wait_again", "again"),
    "give_up": ("cancel_yes", "offer_no"),
    "other": ("move",),
    plan_replies.NO: ("offer_no", "useful_no"),
}
"""The choices that words mean, where they stand under the message."""


def payload_for(session: Session, *, conversation_id: int, typed: str) -> str | None:
    """The payload that a number or words choose from the last thing that was said, if that came from the product itself."""
    last = session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.conversation_id == conversation_id)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
    if last is None or last.turn_id is not None or last.kind not in OURS or not last.buttons:
        return None
    payloads = [str(button["payload"]) for button in last.buttons]
    number = options.match(typed)
    if number is not None:
        return payloads[number.number - 1] if 1 <= number.number <= len(payloads) else None
    meant = plan_replies.meant(typed)
    wanted = MEANS[meant] if meant is not None else ()
    return next((payload for payload in payloads if any(f'"{kind}:' in payload for kind in wanted)), None)
