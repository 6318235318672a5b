"""What was said in made-up conversations, both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any, Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.core.messages import DeliveryStatus
from bot.services.sample_people import Person, words
from bot.store.models import InboundMessage, OutboundMessage

BATCH = 5_000
_STATUSES = (DeliveryStatus.READ, DeliveryStatus.DELIVERED, DeliveryStatus.SENT, DeliveryStatus.FAILED)
_SHARES = (60, 30, 8, 2)
_CODES = ("30003", "30005", "21614", "63003")
"""Why a message was not delivered, in Twilio's numbers."""
_INTENTS = (
    "ask_about_caravan",
    "ask_stop_date",
    "ask_nearest_stop",
    "ask_cost",
    "ask_documents",
    "book_slot",
    "talk_to_human",
    "out_of_scope",
)


class Talk(Protocol):
    """As much of a conversation as its messages need."""

    @property
    def conversation_id(self) -> int: ...
    @property
    def contact_id(self) -> int: ...
    @property
    def person(self) -> Person: ...
    @property
    def began_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime: ...
    @property
    def state(self) -> str: ...


def write(
    session: Session, random: Random, talks: Sequence[Talk], *, total: int, staff_ids: Sequence[int]
) -> None:
    """Spread ``total`` messages over the conversations: questions and answers in turn, the person's word last."""
    inbound: list[dict[str, Any]] = []
    outbound: list[dict[str, Any]] = []
    for talk, count in zip(talks, _counts(random, len(talks), total), strict=True):
        for position, at in enumerate(_moments(talk, count)):
            if (count - position) % 2:
                inbound.append(_received(random, talk, position, at))
            else:
                by_coach = talk.state in ("held", "closed") and position >= count - 3
                outbound.append(
                    _sent(random, talk, at, random.choice(staff_ids) if by_coach and staff_ids else None)
                )
        if len(inbound) + len(outbound) > BATCH:
            _store(session, inbound, outbound)
    _store(session, inbound, outbound)


def _store(session: Session, inbound: list[dict[str, Any]], outbound: list[dict[str, Any]]) -> None:
    if inbound:
        session.execute(insert(InboundMessage), inbound)
    if outbound:
        session.execute(insert(OutboundMessage), outbound)
    inbound.clear()
    outbound.clear()


def _counts(random: Random, talks: int, total: int) -> list[int]:
    """Many short conversations, a few long ones; ``total`` in all."""
    weights = [random.paretovariate(1.3) for _ in range(talks)]
    scale = total / sum(weights) if weights else 0
    counts = [int(weight * scale) for weight in weights]
    for number in range(total - sum(counts)):
        counts[number % talks] += 1
    return counts


def _moments(talk: Talk, count: int) -> Iterator[datetime]:
    step = (talk.ended_at - talk.began_at) / max(1, count - 1)
    for position in range(count):
        yield talk.ended_at - step * (count - 1 - position)


def _received(random: Random, talk: Talk, position: int, at: datetime) -> dict[str, Any]:
    person = talk.person
    is_media = random.random() < 0.03
    return {
        "conversation_id": talk.conversation_id,
        "channel": person.channel.value,
        "provider_id": f"sample-{talk.conversation_id}-{position}",
        "kind": "media" if is_media else "text",
        "text": "" if is_media else random.choice(words()["said"][person.variety.value]),
        "raw": {},
        "media": [],
        "received_at": at,
        "completed_at": at,
        "outcome": "to_coach" if talk.state in ("held", "waiting") else "answered",
        "intent": random.choice(_INTENTS),
        "confidence": round(random.uniform(0.4, 1), 3),
        "variety": person.variety.value,
    }


def _sent(random: Random, talk: Talk, at: datetime, staff_id: int | None) -> dict[str, Any]:
    person = talk.person
    status = random.choices(_STATUSES, _SHARES)[0]
    said = words()["answered" if staff_id is None else "coached"][person.variety.value]
    return {
        "conversation_id": talk.conversation_id,
        "contact_id": talk.contact_id,
        "channel": person.channel.value,
        "address": person.address,
        "kind": "reply" if staff_id is None else "coach",
        "text": said if isinstance(said, str) else random.choice(said),
        "buttons": [],
        "staff_id": staff_id,
        "status": status.value,
        "error_code": random.choice(_CODES) if status is DeliveryStatus.FAILED else None,
        "created_at": at,
        "sent_at": at,
    }
