"""A turn from the conversation's side: what the assistant is told, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import consent_rules, phone
from bot.core.bubbles import Bubble
from bot.core.consent_rules import Wish, WishKind
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import Channel, Location
from bot.core.reminder_rules import CASABLANCA
from bot.core.routing import Route, Talker, route
from bot.core.texts import Texts
from bot.services import (
    arrivals,
    booking_requests,
    concern_turns,
    consent,
    contacts,
    handoffs,
    messages,
    open_questions,
    plan_answers,
    waiting,
)
from bot.services.calm import look, was_seen_to
from bot.services.turn_words import merged_words, words_of
from bot.store.models import Conversation, Handoff, InboundMessage

CommuneAt = Callable[[Location], str | None]
"""Gives the HCP code of the province's commune that contains a point."""

INTENT_OF_WISH = {WishKind.STOP: "/unsubscribe", WishKind.RESUME: "/subscribe_updates"}
CONFIRMATION = {WishKind.STOP: "utter_unsubscribed", WishKind.RESUME: "utter_subscribed_again"}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the assistant is asked: values of one inbound message."""

    inbound_id: int
    conversation_id: int
    channel: str
    text: str
    payload: str | None
    metadata: dict[str, Any]


def begin(
    session: Session,
    *,
    inbound_id: int,
    commune_at: CommuneAt,
    texts: Texts,
    now: datetime,
    see: Callable[[InboundMessage], None] = lambda inbound: None,
) -> Turn | None:
    """The turn to run for a message; None where there is nothing to run: it is completed, or a coach has the conversation.

    ``see`` is shown the message where it is open.

    Raises Overtaken where another message comes first, NotYet where one may, or while the person sends without end.
    """
    found = messages.opened_turn(session, inbound_id)
    if found is None:
        return None
    inbound, conversation = found
    see(inbound)
    arrivals.check_order(session, inbound, now)
    calm = look(session, conversation.id)
    shared = phone.mobile(inbound.shared_phone) if inbound.shared_phone else None
    if shared:
        contacts.remember_phone(session, contact_id=conversation.contact_id, phone=shared)
    wish = _heed(session, conversation, inbound, texts, now)
    goes_on = None
    if route(Talker(conversation.talker)) is Route.COACH:
        goes_on = waiting.payload_to_go_on(session, conversation=conversation, inbound=inbound)
        if goes_on is None:
            _leave_to_staff(session, found, wish, texts, now)
            return None
    if calm.handed_over and was_seen_to(session, inbound):
        messages.complete_turn(session, inbound_id=inbound_id, outcome="to_coach", bubbles=(), now=now)
        return None
    if concern_turns.hand_over(session, conversation=conversation, inbound=inbound, texts=texts, now=now):
        return None
    merged = arrivals.merge_flood(session, inbound, now) if calm.many or inbound.merged_into else [inbound]
    for other in merged:
        wish = wish or (None if other is inbound else _heed(session, conversation, other, texts, now))
    text, payload = merged_words(merged) if len(merged) > 1 else words_of(inbound, shared)
    if wish is not None:
        text, payload = inbound.text, INTENT_OF_WISH[wish.kind]
    payload = goes_on or payload
    if payload is None and (calm.spoken_to or _refuses_vaguely(text)):
        payload = _answer_to_what_was_said(session, conversation, text, texts)
    if payload is None:
        payload = booking_requests.payload_for(
            session, contact_id=conversation.contact_id, typed=text, now=now
        )
    resumes = calm.handed_over and _resumes(session, conversation)
    return Turn(
        inbound_id=inbound.id,
        conversation_id=conversation.id,
        channel=inbound.channel,
        text=text,
        payload=payload,
        metadata=_metadata(conversation, inbound, commune_at, calm.province, now)
        | _variety_of(wish, conversation)
        | ({"resumed": True} if goes_on or resumes else {}),
    )


def _leave_to_staff(
    session: Session,
    open_turn: tuple[InboundMessage, Conversation],
    wish: Wish | None,
    texts: Texts,
    now: datetime,
) -> None:
    inbound, conversation = open_turn
    messages.complete_turn(session, inbound_id=inbound.id, outcome="to_coach", bubbles=(), now=now)
    concern_turns.heighten(session, conversation=conversation, inbound=inbound, texts=texts, now=now)
    if wish is not None:
        _confirm(session, conversation, wish, texts, now)


def _answer_to_what_was_said(
    session: Session, conversation: Conversation, typed: str, texts: Texts
) -> str | None:
    """The payload of a typed answer to news, a reminder or an offer, or of a refusal of what is being talked of."""
    answer = plan_answers.payload_for(
        session, conversation_id=conversation.id, typed=typed
    ) or open_questions.payload_for(session, conversation_id=conversation.id, typed=typed)
    if answer is None and _refuses_vaguely(typed):
        return open_questions.refusal_for(session, conversation_id=conversation.id, texts=texts)
    return answer


def _refuses_vaguely(typed: str) -> bool:
    wish = consent_rules.wish_of(typed)
    return wish is not None and wish.vague


def _resumes(session: Session, conversation: Conversation) -> bool:
    """Whether a coach gave the conversation back since the assistant's last answer: what it had asked before is over."""
    closed_at = session.scalar(
        select(func.max(Handoff.closed_at)).where(Handoff.conversation_id == conversation.id)
    )
    if closed_at is None:
        return False
    answered_at = session.scalar(
        select(func.max(InboundMessage.completed_at)).where(
            InboundMessage.conversation_id == conversation.id, InboundMessage.outcome == "answered"
        )
    )
    return answered_at is None or answered_at <= closed_at


def _heed(
    session: Session, conversation: Conversation, inbound: InboundMessage, texts: Texts, now: datetime
) -> Wish | None:
    """Do at once what the words for stopping and resuming ask for, whoever holds the conversation; None where they are not those,
    change nothing, or refuse what the assistant is talking of.
    """
    wish = consent_rules.wish_of(inbound.text)
    if wish is None or (
        wish.vague
        and conversation.talker == Talker.ASSISTANT.value
        and _answer_to_what_was_said(session, conversation, inbound.text, texts) is not None
    ):
        return None
    contact_id, channel = conversation.contact_id, Channel(inbound.channel)
    if wish.kind is WishKind.STOP:
        new = consent.stop(session, contact_id=contact_id, channel=channel, words=inbound.text, now=now)
        return wish if new or conversation.talker == Talker.ASSISTANT.value else None
    if channel is Channel.SMS:
        contacts.note_block(
            session, channel=channel, address=conversation.address.address, blocked=False, now=now
        )
    if not consent.has_stopped(session, contact_id=contact_id):
        return None
    consent.resume(session, contact_id=contact_id, channel=channel, words=inbound.text, now=now)
    return wish


def _confirm(session: Session, conversation: Conversation, wish: Wish, texts: Texts, now: datetime) -> None:
    variety = variety_or_default(conversation.contact.variety or wish.variety)
    bubble = Bubble(text=texts.say(CONFIRMATION[wish.kind], variety))
    messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="notice")


def _variety_of(wish: Wish | None, conversation: Conversation) -> dict[str, str]:
    """The words are not understood by the model, which else says in which variety they are."""
    if wish is None or wish.variety is None or conversation.contact.variety_chosen:
        return {}
    return {"variety": wish.variety}


def _metadata(
    conversation: Conversation,
    inbound: InboundMessage,
    commune_at: CommuneAt,
    province: str | None,
    now: datetime,
) -> dict[str, Any]:
    contact = conversation.contact
    location = None
    if inbound.latitude is not None and inbound.longitude is not None:
        point = Location(latitude=inbound.latitude, longitude=inbound.longitude)
        location = {"latitude": point.latitude, "longitude": point.longitude, "commune": commune_at(point)}
    return {
        "contact_id": contact.id,
        "now": now.astimezone(CASABLANCA).isoformat(),
        "variety": contact.variety,
        "variety_chosen": contact.variety_chosen,
        "phone_known": contact.phone is not None,
        "location": location,
        "province": province,
    }


def finish(
    session: Session,
    *,
    turn: Turn,
    bubbles: tuple[Bubble, ...],
    variety: str | None,
    intent: str | None,
    confidence: float | None,
    texts: Texts,
    now: datetime,
    send_now: messages.SendNow | None = None,
) -> tuple[int, ...]:
    """Store the assistant's answer and close the turn. A first answer also says what is kept, if it was no welcome."""
    found = messages.opened_turn(session, turn.inbound_id, lock=True)
    if found is None:
        return ()
    inbound, conversation = found
    if intent != "greet" and not _answered_before(session, turn):
        bubbles = (_first_note(texts, variety), *bubbles)
    inbound.intent, inbound.confidence, inbound.variety = intent, confidence, variety
    if variety:
        conversation.contact.variety = Variety(variety).value
    return messages.close_turn(
        session,
        inbound,
        conversation,
        outcome="answered",
        bubbles=bubbles,
        now=now,
        send_now=send_now,
    )


def _first_note(texts: Texts, variety: str | None) -> Bubble:
    return Bubble(text=texts.say("utter_first_note", variety_or_default(variety)))


def _answered_before(session: Session, turn: Turn) -> bool:
    found = session.scalar(
        select(func.count()).where(
            InboundMessage.conversation_id == turn.conversation_id, InboundMessage.outcome == "answered"
        )
    )
    return bool(found)


def give_up(session: Session, *, inbound_id: int, texts: Texts, now: datetime) -> None:
    """After the last try the conversation goes to a person, with an apology in the contact's variety."""
    found = messages.opened_turn(session, inbound_id, lock=True)
    if found is None:
        return
    _, conversation = found
    bubble = Bubble(text=texts.say("notice_gave_up", variety_or_default(conversation.contact.variety)))
    messages.complete_turn(session, inbound_id=inbound_id, outcome="gave_up", bubbles=[bubble], now=now)
    handoffs.request(session, conversation_id=conversation.id, reason="gave_up", now=now)
