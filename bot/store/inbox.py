"""Storing what people write: one statement for as many messages as come at the same moment, for the jobs that will answer them, and for
whoever writes for the first time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from bot.core.consent_rules import Purpose, Source
from bot.core.routing import Talker
from bot.store.queue import INBOUND_TASK, PRIORITY_TURN, TALK_QUEUE

LONGEST_WORDS = 300
"""So much of what somebody said is kept with their consent."""


class Place(StrEnum):
    """Where a message belongs: whether it could be stored there."""

    READY = "ready"
    """In a conversation that is as usual: it is stored, or was before."""
    BUSY = "busy"
    """In one that somebody else has at the moment. Not stored."""
    NEW = "new"
    """In one of which something is not known yet: another name, or that they let us in again. Not stored."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of a message. ``inbound_id`` is None where it is not stored, or was stored before."""

    inbound_id: int | None
    place: Place


_STORE = """
WITH came AS MATERIALIZED (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(CAST(:messages AS jsonb)) AS (
        channel text, address text, profile_name text, phone text, provider_id text, kind text, text text, payload text, latitude float8,
        longitude float8, shared_phone text, provider_order bigint, media jsonb, raw jsonb
    )) WITH ORDINALITY AS message (
        channel, address, profile_name, phone, provider_id, kind, text, payload, latitude,
        longitude, shared_phone, provider_order, media, raw, number
    )
), people AS MATERIALIZED (
    SELECT channel, address, min(phone) AS phone, (array_agg(text ORDER BY number))[1] AS words,
        (array_agg(profile_name ORDER BY number DESC) FILTER (WHERE profile_name <> ''))[1] AS said
    FROM came GROUP BY channel, address
), strangers AS MATERIALIZED (
    SELECT channel, address, phone, words, said, nextval(pg_get_serial_sequence('contact', 'id')) AS contact_id
    FROM people
    WHERE NOT EXISTS (
        SELECT FROM contact_address AS known WHERE known.channel = people.channel AND known.address = people.address
    )
), addresses AS (
    INSERT INTO contact_address (contact_id, channel, address, profile_name)
    SELECT contact_id, channel, address, said FROM strangers ORDER BY channel, address
    ON CONFLICT (channel, address) DO NOTHING
    RETURNING id, contact_id
), contacts AS (
    INSERT INTO contact (id, created_at, phone, variety_chosen, wants_updates)
    SELECT contact_id, :now, phone, false, false FROM addresses JOIN strangers USING (contact_id)
), begun AS (
    INSERT INTO conversation (address_id, contact_id, talker, created_at, last_inbound_at, last_activity_at)
    SELECT id, contact_id, :talker, :now, :now, :now FROM addresses
    RETURNING id, contact_id
), agreed AS (
    INSERT INTO consent_event (contact_id, purpose, channel, given, source, words, at)
    SELECT contact_id, :purpose, channel, true, :source, left(words, :longest_words), :now
    FROM begun JOIN strangers USING (contact_id)
), held AS MATERIALIZED (
    SELECT conversation.id, known.channel, known.address,
        NOT :met AND (
            conversation.last_inbound_at IS NULL
            OR (known.blocked_at IS NOT NULL AND known.channel <> 'sms')
            OR known.profile_name IS DISTINCT FROM COALESCE(people.said, known.profile_name)
        ) AS is_new
    FROM people JOIN contact_address AS known USING (channel, address)
    JOIN conversation ON conversation.address_id = known.id
    ORDER BY conversation.id
    FOR NO KEY UPDATE OF conversation {locked}
), ready AS MATERIALIZED (
    SELECT id, channel, address FROM held WHERE NOT is_new
    UNION ALL SELECT begun.id, channel, address FROM begun JOIN strangers USING (contact_id)
), stored AS (
    INSERT INTO inbound_message (
        conversation_id, received_at, channel, provider_id, kind, text, payload, latitude, longitude, shared_phone,
        provider_order, media, raw
    )
    SELECT ready.id, :now, came.channel, provider_id, kind, text, payload, latitude, longitude, shared_phone,
        provider_order, media, raw
    FROM came JOIN ready USING (channel, address) ORDER BY number
    ON CONFLICT (channel, provider_id) DO NOTHING
    RETURNING id, conversation_id, channel, provider_id
), touched AS (
    UPDATE conversation SET last_inbound_at = :now, last_activity_at = :now
    WHERE id IN (SELECT conversation_id FROM stored)
), queued AS MATERIALIZED (
    SELECT procrastinate_defer_jobs_v1(array_agg(CAST(
        ROW(:queue, :task, :priority, 'conversation:' || conversation_id, NULL, jsonb_build_object('inbound_id', id), NULL)
        AS procrastinate_job_to_defer_v1) ORDER BY id)) AS jobs
    FROM stored
)
SELECT stored.id, CASE
    WHEN ready.id IS NOT NULL THEN 'ready'
    WHEN held.id IS NULL AND EXISTS (
        SELECT FROM contact_address AS known JOIN conversation ON conversation.address_id = known.id
        WHERE known.channel = came.channel AND known.address = came.address
    ) THEN 'busy'
    ELSE 'new' END AS place, (SELECT count(jobs) FROM queued) AS jobs
FROM came LEFT JOIN held USING (channel, address) LEFT JOIN ready USING (channel, address) LEFT JOIN stored USING (channel, provider_id)
ORDER BY number
"""
_FIXED = {
    "queue": TALK_QUEUE,
    "task": INBOUND_TASK,
    "priority": PRIORITY_TURN,
    "talker": Talker.ASSISTANT.value,
    "purpose": Purpose.SERVICE.value,
    "source": Source.PERSON.value,
    "longest_words": LONGEST_WORDS,
}
_WAITING, _PASSING = (
    text(_STORE.format(locked=locked)).bindparams(bindparam("now"), **_FIXED)
    for locked in ("", "SKIP LOCKED")
)


def store(
    session: Session, messages: Sequence[Mapping[str, Any]], *, now: datetime, wait: bool, met: bool = False
) -> list[Stored]:
    """Store messages in this order, with their turns' jobs, and note when their conversations were last written in.

    A message is a row of ``inbound_message`` with ``address``, ``profile_name`` and ``phone`` beside; who writes for the first time gets a
    conversation, and agrees to be answered. Conversations are locked until the transaction
    ends, so that messages get their numbers and their jobs in one and the same order; without ``wait`` those that somebody else has are
    left. ``met`` says that what is new about their people has been noted.
    Of two messages with one (channel, provider id) the first is stored.
    """
    session.flush()
    found = session.execute(
        _WAITING if wait else _PASSING,
        {"messages": json.dumps([dict(message) for message in messages]), "now": now, "met": met},
    )
    rows: list[Stored] = []
    seen: set[int] = set()
    for inbound_id, place, _ in found:
        rows.append(Stored(inbound_id=None if inbound_id in seen else inbound_id, place=Place(place)))
        seen.add(inbound_id)
    return rows
