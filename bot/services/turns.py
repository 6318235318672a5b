"""A turn from the conversation's side: what the assistant is told, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import consent_rules, phone
from bot.core.asides import is_abuse
from bot.core.bubbles import Bubble
from bot.core.consent_rules import Wish, WishKind
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import Channel
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
from bot.services.calm import Calm, look, was_seen_to
from bot.services.turn_metadata import CommuneAt, metadata_of
from bot.services.turn_words import merged_words, words_of
from bot.store.models import Conversation, Handoff, InboundMessage

INTENT_OF_WISH = {WishKind.STOP: "/unsubscribe", WishKind.RESUME: "/subscribe_updates"}
CONFIRMATION = {WishKind.STOP: "utter_unsubscribed", WishKind.RESUME: "utter_subscribed_again"}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the assistant is asked: values of one inbound message. ``is_first``: nothing was answered in its conversation before."""

    inbound_id: int
    conversation_id: int
    channel: str
    text: str
    payload: str | None
    metadata: dict[str, Any]
    is_first: bool


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
    at = _Opened(session=session, inbound=inbound, conversation=conversation, texts=texts, now=now)
    see(inbound)
    arrivals.check_order(session, inbound, now)
    calm = look(session, conversation.id)
    shared = _shared_phone(at)
    wish = _heed(at, inbound)
    goes_on = waiting.payload_to_go_on(session, conversation=conversation, inbound=inbound)
    if _is_for_the_staff(at, calm, wish):
        return None
    wish, text, payload = _said(at, calm, wish, shared)
    resumes = goes_on is not None or (calm.handed_over and _resumes(session, conversation))
    return Turn(
        inbound_id=inbound.id,
        conversation_id=conversation.id,
        channel=inbound.channel,
        text=text,
        payload=goes_on or payload or _meant(at, calm, text),
        metadata=metadata_of(conversation, inbound, commune_at, calm.province, now)
        | _variety_of(wish, conversation)
        | ({"resumed": True} if resumes else {}),
        is_first=not calm.answered,
    )


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A turn that is open, and with what it is looked at."""

    session: Session
    inbound: InboundMessage
    conversation: Conversation
    texts: Texts
    now: datetime


def _shared_phone(at: _Opened) -> str | None:
    """The mobile number that the message shares, which is remembered."""
    shared = phone.mobile(at.inbound.shared_phone) if at.inbound.shared_phone else None
    if shared:
        contacts.remember_phone(at.session, contact_id=at.conversation.contact_id, phone=shared)
    return shared


def _is_for_the_staff(at: _Opened, calm: Calm, wish: Wish | None) -> bool:
    """Whether no turn is to run since people of the staff have the message, or get it now. The message is closed then."""
    session, inbound, conversation = at.session, at.inbound, at.conversation
    if route(Talker(conversation.talker)) is Route.COACH:
        messages.complete_turn(session, inbound_id=inbound.id, outcome="to_coach", bubbles=(), now=at.now)
        concern_turns.heighten(
            session, conversation=conversation, inbound=inbound, texts=at.texts, now=at.now
        )
        if wish is not None:
            _confirm(at, wish)
        return True
    if calm.handed_over and was_seen_to(session, inbound):
        messages.complete_turn(session, inbound_id=inbound.id, outcome="to_coach", bubbles=(), now=at.now)
        return True
    return concern_turns.hand_over(
        session, conversation=conversation, inbound=inbound, texts=at.texts, now=at.now
    )


def _said(
    at: _Opened, calm: Calm, wish: Wish | None, shared: str | None
) -> tuple[Wish | None, str, str | None]:
    """A wish to stop or resume, the words, and the payload they stand for; of all messages of a flood together."""
    merged = [at.inbound]
    if calm.many or at.inbound.merged_into:
        merged = list(arrivals.merge_flood(at.session, at.inbound, at.now))
    for other in merged:
        wish = wish or (None if other is at.inbound else _heed(at, other))
    if wish is not None:
        return wish, at.inbound.text, INTENT_OF_WISH[wish.kind]
    return None, *(merged_words(merged) if len(merged) > 1 else words_of(at.inbound, shared))


def _meant(at: _Opened, calm: Calm, text: str) -> str | None:
    """The payload of typed words that need no model: an answer to what was said, or a request about an appointment."""
    if calm.spoken_to or _refuses_vaguely(text):
        answer = _answer_to_what_was_said(at, text)
        if answer is not None:
            return answer
    if is_abuse(text):
        return "/complain"
    return booking_requests.payload_for(
        at.session, contact_id=at.conversation.contact_id, typed=text, now=at.now
    )


def _answer_to_what_was_said(at: _Opened, typed: str) -> str | None:
    """The payload of a typed answer to news, a reminder or an offer, or of a refusal of what is being talked of."""
    session, conversation_id = at.session, at.conversation.id
    answer = plan_answers.payload_for(
        session, conversation_id=conversation_id, typed=typed
    ) or open_questions.payload_for(session, conversation_id=conversation_id, typed=typed)
    if answer is None and _refuses_vaguely(typed):
        return open_questions.refusal_for(session, conversation_id=conversation_id, texts=at.texts)
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


def _heed(at: _Opened, inbound: InboundMessage) -> Wish | None:
    """Do at once what the words for stopping and resuming ask for, whoever holds the conversation; None where they are not those,
    change nothing, or refuse what the assistant is talking of.
    """
    session, conversation = at.session, at.conversation
    wish = consent_rules.wish_of(inbound.text)
    assisted = conversation.talker == Talker.ASSISTANT.value
    if wish is None or (wish.vague and assisted and _answer_to_what_was_said(at, inbound.text) is not None):
        return None
    contact_id, channel = conversation.contact_id, Channel(inbound.channel)
    if wish.kind is WishKind.STOP:
        new = consent.stop(session, contact_id=contact_id, channel=channel, words=inbound.text, now=at.now)
        return wish if new or assisted else None
    if channel is Channel.SMS:
        contacts.note_block(
            session, channel=channel, address=conversation.address.address, blocked=False, now=at.now
        )
    if not consent.has_stopped(session, contact_id=contact_id):
        return None
    consent.resume(session, contact_id=contact_id, channel=channel, words=inbound.text, now=at.now)
    return wish


def _confirm(at: _Opened, wish: Wish) -> None:
    variety = variety_or_default(at.conversation.contact.variety or wish.variety)
    bubble = Bubble(text=at.texts.say(CONFIRMATION[wish.kind], variety))
    messages.reply(at.session, conversation=at.conversation, bubbles=[bubble], now=at.now, kind="notice")


def _variety_of(wish: Wish | None, conversation: Conversation) -> dict[str, str]:
    """The words are not understood by the model, which else says in which variety they are."""
    if wish is None or wish.variety is None or conversation.contact.variety_chosen:
        return {}
    return {"variety": wish.variety}


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
    if turn.is_first and intent != "greet":
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


def give_up(session: Session, *, inbound_id: int, texts: Texts, now: datetime) -> None:
    """After the last try the conversation goes to a person, with an apology in the contact's variety."""
    found = messages.opened_turn(session, inbound_id, lock=True)
    if found is None:
        return
    _, conversation = found
    bubble = Bubble(text=texts.say("notice_gave_up", variety_or_default(conversation.contact.variety)))
    messages.complete_turn(session, inbound_id=inbound_id, outcome="gave_up", bubbles=[bubble], now=now)
    handoffs.request(session, conversation_id=conversation.id, reason="gave_up", now=now)
