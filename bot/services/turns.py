"""A turn from the conversation's side: what the assistant is told, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import phone
from bot.core.bubbles import Bubble
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import InboundKind, Location
from bot.core.reminder_rules import CASABLANCA
from bot.core.routing import Route, Talker, route
from bot.core.texts import Texts
from bot.services import contacts, handoffs, messages, stops
from bot.store.models import Conversation, InboundMessage

CommuneAt = Callable[[Location], str | None]
"""Gives the HCP code of the province's commune that contains a point."""

START_COMMANDS = frozenset({"/start", "/help", "/menu"})


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the assistant is asked: values of one inbound message."""

    inbound_id: int
    conversation_id: int
    channel: str
    text: str
    payload: str | None
    metadata: dict[str, Any]


def begin(session: Session, *, inbound_id: int, commune_at: CommuneAt, now: datetime) -> Turn | None:
    """The turn to run for a message; None where there is nothing to run: it is completed, or a coach has the conversation."""
    inbound = messages.open_turn(session, inbound_id)
    if inbound is None:
        return None
    conversation = session.get_one(Conversation, inbound.conversation_id)
    shared = phone.mobile(inbound.shared_phone) if inbound.shared_phone else None
    if shared:
        contacts.remember_phone(session, contact_id=conversation.contact_id, phone=shared)
    if route(Talker(conversation.talker)) is Route.COACH:
        messages.complete_turn(session, inbound_id=inbound_id, outcome="to_coach", bubbles=(), now=now)
        return None
    text, payload = _words(inbound, shared)
    return Turn(
        inbound_id=inbound.id,
        conversation_id=conversation.id,
        channel=inbound.channel,
        text=text,
        payload=payload,
        metadata=_metadata(conversation, inbound, commune_at, _province(session), now),
    )


def _words(inbound: InboundMessage, shared_phone: str | None) -> tuple[str, str | None]:
    kind = InboundKind(inbound.kind)
    if kind is InboundKind.BUTTON and inbound.payload:
        return inbound.text, inbound.payload
    if kind is InboundKind.LOCATION:
        return inbound.text, "/share_location"
    if kind is InboundKind.CONTACT:
        number = shared_phone or inbound.shared_phone or ""
        return inbound.text, f'/inform{{"phone_number": "{number}"}}' if number else "/inform"
    if inbound.text.strip().lower().split(" ")[0] in START_COMMANDS:
        return inbound.text, "/greet"
    if inbound.text.strip():
        return inbound.text, None
    return "", "/send_media"


def _province(session: Session) -> str | None:
    caravan = stops.current_caravan(session)
    return caravan.province_code if caravan else None


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
) -> tuple[int, ...]:
    """Store the assistant's answer and close the turn. A first answer also says what is kept, if it was no welcome."""
    inbound = session.get_one(InboundMessage, turn.inbound_id)
    conversation = session.get_one(Conversation, turn.conversation_id)
    inbound.intent, inbound.confidence, inbound.variety = intent, confidence, variety
    if variety:
        contacts.remember_variety(session, contact_id=conversation.contact_id, variety=Variety(variety))
    if intent != "greet" and not _answered_before(session, turn):
        bubbles = (_first_note(texts, variety), *bubbles)
    return messages.complete_turn(
        session, inbound_id=turn.inbound_id, outcome="answered", bubbles=bubbles, now=now
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
    inbound = messages.open_turn(session, inbound_id)
    if inbound is None:
        return
    conversation = session.get_one(Conversation, inbound.conversation_id)
    bubble = Bubble(text=texts.say("notice_gave_up", variety_or_default(conversation.contact.variety)))
    messages.complete_turn(session, inbound_id=inbound_id, outcome="gave_up", bubbles=[bubble], now=now)
    handoffs.request(session, conversation_id=conversation.id, reason="gave_up", now=now)
