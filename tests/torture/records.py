"""What was kept of a run: by the sandbox, which stands for providers and phones, and by the product's database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message on a phone. ``direction`` is the product's: "in" is what the person sent."""

    id: int
    phone: str
    channel: str
    direction: str
    provider_id: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A stored message of a person."""

    id: int
    conversation_id: int
    channel: str
    provider_id: str
    provider_order: int | None
    received_at: datetime
    completed_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """A stored message of the product."""

    id: int
    conversation_id: int
    channel: str
    kind: str
    turn_id: int | None
    status: str
    error_code: str | None
    provider_id: str | None
    replaces_id: int | None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A provider's word on a message, in order of arrival."""

    outbound_id: int
    status: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """An appointment time: places, how many the product counts as taken, and active bookings."""

    id: int
    capacity: int
    taken: int
    active: int


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Active bookings of one person under one name for one service."""

    contact_id: int
    name: str
    bookings: int


@dataclass(frozen=True, kw_only=True)
class Records:
    """``tracked`` holds (conversation, turn) of each turn that Rasa's tracker has kept, once for each time it was run."""

    shown: tuple[Shown, ...]
    inbound: tuple[Inbound, ...]
    outbound: tuple[Outbound, ...]
    receipts: tuple[Receipt, ...]
    places: tuple[Place, ...]
    booked: tuple[Booked, ...]
    tracked: tuple[tuple[str, str], ...]


_INBOUND = """
SELECT id, conversation_id, channel, provider_id, provider_order, received_at, completed_at, outcome
FROM inbound_message WHERE provider_id = ANY(%s) ORDER BY id
"""
_OUTBOUND = """
SELECT id, conversation_id, channel, kind, turn_id, status, error_code, provider_id, replaces_id
FROM outbound_message WHERE conversation_id = ANY(%s) ORDER BY id
"""
_RECEIPTS = "SELECT outbound_id, status FROM delivery_event WHERE outbound_id = ANY(%s) ORDER BY id"
_PLACES = """
SELECT appointment_time.id, capacity, taken, count(booking.id) FILTER (WHERE booking.status = 'active') AS active
FROM appointment_time LEFT JOIN booking ON booking.appointment_time_id = appointment_time.id
GROUP BY appointment_time.id
"""
_BOOKED = """
SELECT contact_id, name, count(*) AS bookings FROM booking
WHERE status = 'active' AND contact_id IN (SELECT contact_id FROM conversation WHERE id = ANY(%s))
GROUP BY contact_id, name, service
"""
_TRACKED = """
SELECT sender_id, data::jsonb ->> 'message_id' FROM rasa.events
WHERE type_name = 'user' AND sender_id = ANY(%s) AND (data::jsonb ->> 'message_id') IS NOT NULL
"""
_OPEN = """
SELECT (SELECT count(*) FROM inbound_message WHERE outcome IS NULL)
     + (SELECT count(*) FROM outbound_message WHERE status IN ('queued', 'sending'))
"""


def read(database_url: str, phones: Iterable[str], sandbox: httpx.Client) -> Records:
    """Everything about these phones."""
    shown = tuple(message for phone in phones for message in _shown(sandbox, phone))
    sent = [message.provider_id for message in shown if message.direction == "in"]
    with psycopg.connect(database_url) as connection:
        inbound = _rows(connection, Inbound, _INBOUND, sent)
        conversations = sorted({message.conversation_id for message in inbound})
        outbound = _rows(connection, Outbound, _OUTBOUND, conversations)
        return Records(
            shown=shown,
            inbound=inbound,
            outbound=outbound,
            receipts=_rows(connection, Receipt, _RECEIPTS, [message.id for message in outbound]),
            places=_rows(connection, Place, _PLACES, None),
            booked=_rows(connection, Booked, _BOOKED, conversations),
            tracked=tuple(connection.execute(_TRACKED, ([str(id_) for id_ in conversations],)).fetchall()),
        )


def unfinished(database_url: str) -> int:
    """How many messages are still to be answered or sent."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(_OPEN).fetchone()
    return int(row[0]) if row else 0


def _rows(connection: psycopg.Connection[Any], kind: Any, query: str, values: Any) -> Any:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        cursor.execute(query.encode(), None if values is None else (values,))
        return tuple(cursor.fetchall())


def _shown(sandbox: httpx.Client, phone: str) -> list[Shown]:
    answer = sandbox.get(f"/sandbox/phones/{phone.replace('+', '%2B')}/messages")
    answer.raise_for_status()
    return [_as_shown(phone, message) for message in answer.json()]


def _as_shown(phone: str, message: dict[str, Any]) -> Shown:
    names = ("id", "channel", "direction", "provider_id", "status")
    shown = Shown(phone=phone, **{name: message[name] for name in names})
    if shown.channel == "telegram" and shown.direction == "out":
        # What the Bot API gives as message_id, and the product keeps.
        return replace(shown, provider_id=str(shown.id))
    return shown
