"""What a typed message answers where the product had spoken last by itself: a reminder, an offer, a question after the day."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import options, plan_replies
from bot.core.locales import Variety
from bot.core.texts import Texts
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


FORM_QUESTIONS = (
    "utter_ask_booking_place",
    "utter_ask_booking_name",
    "utter_ask_booking_phone",
    "utter_ask_idea_what",
    "utter_ask_idea_where",
    "utter_ask_idea_needs",
)
"""What a form asks without choices."""
FORM_CHOICE = '/inform{"choice"'
OF_A_BOOKING = ("/check_booking{", "/cancel_booking", "/reschedule_booking")


def refusal_for(session: Session, *, conversation_id: int, texts: Texts) -> str | None:
    """What somebody gives up who wants no more and says not what ("ma b9itch baghi"): the appointment that the assistant has just told
    of, or the form that it was asking for; None where its last message was about neither.
    """
    last = _last(session, conversation_id)
    if last is None:
        return None
    payloads = [str(button["payload"]) for button in last.buttons]
    if any(payload.startswith(OF_A_BOOKING) for payload in payloads):
        return "/cancel_booking"
    asked = [texts.say(key, variety) for key in FORM_QUESTIONS for variety in Variety]
    in_form = any(payload.startswith(FORM_CHOICE) for payload in payloads)
    return "/go_back" if in_form or last.text.strip().endswith(tuple(asked)) else None


def payload_for(session: Session, *, conversation_id: int, typed: str) -> str | None:
    """The payload that a number or words choose from the last thing that was said, if that came from the product itself."""
    last = _last(session, conversation_id)
    if last is None or last.turn_id is not None or last.kind not in OURS or not last.buttons:
        return None
    payloads = [str(button["payload"]) for button in last.buttons]
    number = options.match(typed)
    if number is not None:
        return payloads[number.number - 1] if 1 <= number.number <= len(payloads) else None
    meant = plan_replies.meant(typed)
    wanted = MEANS[meant] if meant is not None else ()
    return next((payload for payload in payloads if any(f'"{kind}:' in payload for kind in wanted)), None)


def _last(session: Session, conversation_id: int) -> OutboundMessage | None:
    return session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.conversation_id == conversation_id)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
