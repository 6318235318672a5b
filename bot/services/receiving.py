"""Messages of people, taken in: those that come at the same moment by one statement, however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from bot.core import phone
from bot.core.consent_rules import Purpose
from bot.core.errors import Conflict
from bot.core.messages import Channel, InboundMessage
from bot.services import attachments, consent, contacts
from bot.store import inbox
from bot.store.inbox import Place
from bot.store.locks import LATER, Later


def receive(session: Session, message: InboundMessage, *, now: datetime) -> int | None:
    """Store one message, as :func:`receive_all`; whoever has its conversation is waited for."""
    (stored,) = _receive(session, [message], now, wait=True)
    if stored is LATER:
        raise Conflict("a conversation went away while a message was stored in it")
    return stored


def receive_all(
    session: Session, arrived: Sequence[InboundMessage], *, now: datetime
) -> list[int | Later | None]:
    """Store messages and the jobs that will answer them, in the caller's transaction and in this order.

    Gives the id of each; None where its (channel, provider id) was stored before, here as well: a provider's retry; LATER where somebody
    else has its conversation at the moment: it is not stored, and keeps nobody else waiting.
    """
    return _receive(session, arrived, now, wait=False)


def _receive(
    session: Session, arrived: Sequence[InboundMessage], now: datetime, *, wait: bool
) -> list[int | Later | None]:
    if not arrived:
        return []
    stored = inbox.store(session, [_columns(message) for message in arrived], now=now, wait=wait)
    new = [at for at, found in enumerate(stored) if found.place is Place.NEW]
    if new:
        _meet(session, [arrived[at] for at in new], now)
        rows = [_columns(arrived[at]) for at in new]
        again = inbox.store(session, rows, now=now, wait=True, met=True)
        for at, found in zip(new, again, strict=True):
            stored[at] = found
    for message, found in zip(arrived, stored, strict=True):
        if message.media and found.inbound_id is not None:
            attachments.note(session, inbound_id=found.inbound_id, media=message.media)
    return [found.inbound_id if found.place is Place.READY else LATER for found in stored]


def _meet(session: Session, messages: Iterable[InboundMessage], now: datetime) -> None:
    """Note what is new about people. In one order everywhere, so that no two wait for each other."""
    names: dict[tuple[Channel, str], str | None] = {}
    words: dict[tuple[Channel, str], str] = {}
    for message in messages:
        person = message.channel, message.address
        names[person] = message.profile_name or names.get(person)
        words.setdefault(person, message.text)
    for channel, address in sorted(names):
        conversation = contacts.conversation_for(
            session,
            channel=channel,
            address=address,
            profile_name=names[channel, address],
            phone=_phone(channel, address),
            now=now,
        )
        if conversation.last_inbound_at is None:
            conversation.last_inbound_at = now
            consent.give(
                session,
                contact_id=conversation.contact_id,
                purpose=Purpose.SERVICE,
                channel=channel,
                words=words[channel, address],
                now=now,
            )


def _phone(channel: Channel, address: str) -> str | None:
    """The mobile that a channel itself shows, for SMS."""
    return None if channel is Channel.TELEGRAM else phone.mobile(address)


def _columns(message: InboundMessage) -> dict[str, object]:
    point = message.location
    return {
        "channel": message.channel.value,
        "address": message.address,
        "profile_name": message.profile_name,
        "phone": _phone(message.channel, message.address),
        "provider_id": message.provider_id,
        "kind": message.kind.value,
        "text": message.text,
        "payload": message.payload,
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
        "shared_phone": message.shared_phone,
        "provider_order": message.order,
        "media": [asdict(item) for item in message.media],
        "raw": dict(message.raw),
    }
