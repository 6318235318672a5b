"""Storing what people write: one statement for as many messages as come at the same moment, and for the jobs that will answer them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from bot.store.queue import INBOUND_TASK, PRIORITY_TURN, TALK_QUEUE


class Place(StrEnum):
    """Where a message belongs: whether it could be stored there."""

    READY = "ready"
    """In a conversation that is as usual: it is stored, or was before."""
    BUSY = "busy"
    """In one that somebody else has at the moment. Not stored."""
    NEW = "new"
    """In one of which something is not known yet: its name, that they let us in again, or that there is one. Not stored."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What became of a message. ``inbound_id`` is None where it is not stored, or was stored before."""

    inbound_id: int | None
    place: Place


_STORE = """
WITH came AS MATERIALIZED (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(CAST(:messages AS jsonb)) AS (
        channel text, address text, profile_name text, provider_id text, kind text, text text, payload text, latitude float8,
        longitude float8, shared_phone text, provider_order bigint, media jsonb, raw jsonb
    )) WITH ORDINALITY AS message (
        channel, address, profile_name, provider_id, kind, text, payload, latitude,
        longitude, shared_phone, provider_order, media, raw, number
    )
), people AS MATERIALIZED (
    SELECT channel, address, (array_agg(profile_name ORDER BY number DESC) FILTER (WHERE profile_name <> ''))[1] AS said
    FROM came GROUP BY channel, address
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
), stored AS (
    INSERT INTO inbound_message (
        conversation_id, received_at, channel, provider_id, kind, text, payload, latitude, longitude, shared_phone,
        provider_order, media, raw
    )
    SELECT held.id, :now, came.channel, provider_id, kind, text, payload, latitude, longitude, shared_phone,
        provider_order, media, raw
    FROM came JOIN held USING (channel, address) WHERE NOT held.is_new ORDER BY number
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
    WHEN NOT held.is_new THEN 'ready'
    WHEN held.id IS NULL AND EXISTS (
        SELECT FROM contact_address AS known JOIN conversation ON conversation.address_id = known.id
        WHERE known.channel = came.channel AND known.address = came.address
    ) THEN 'busy'
    ELSE 'new' END AS place, (SELECT count(jobs) FROM queued) AS jobs
FROM came LEFT JOIN held USING (channel, address) LEFT JOIN stored USING (channel, provider_id)
ORDER BY number
"""
_FIXED = {"queue": TALK_QUEUE, "task": INBOUND_TASK, "priority": PRIORITY_TURN}
_WAITING, _PASSING = (
    text(_STORE.format(locked=locked)).bindparams(bindparam("now"), **_FIXED)
    for locked in ("", "SKIP LOCKED")
)


def store(
    session: Session, messages: Sequence[Mapping[str, Any]], *, now: datetime, wait: bool, met: bool = False
) -> list[Stored]:
    """Store messages in this order, with their turns' jobs, and note when their conversations were last written in.

    A message is a row of ``inbound_message`` with ``address`` and ``profile_name`` beside. Conversations are locked until the transaction
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
