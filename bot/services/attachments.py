"""What people attach to their messages: noted with the message, fetched by a job of its own, kept as long as retention says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.core.messages import Channel, MediaItem
from bot.store import queue
from bot.store.models import InboundMessage, MediaFile


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An attachment to fetch; ``reference`` and ``content_type`` are the provider's."""

    channel: Channel
    reference: str
    content_type: str


def note(session: Session, *, inbound_id: int, media: Sequence[MediaItem]) -> None:
    """Store that a message has attachments, with the jobs that fetch them."""
    rows = [MediaFile(inbound_id=inbound_id, position=position) for position, _ in enumerate(media)]
    session.add_all(rows)
    session.flush()
    for row in rows:
        queue.defer_media(session, media_id=row.id)


def wanted(session: Session, *, media_id: int) -> Wanted | None:
    """What to fetch; None where it is there already, given up, or erased."""
    row = session.get(MediaFile, media_id)
    if row is None or row.status != "waiting":
        return None
    inbound = session.get_one(InboundMessage, row.inbound_id)
    item = inbound.media[row.position]
    return Wanted(
        channel=Channel(inbound.channel),
        reference=str(item["reference"]),
        content_type=str(item["content_type"]),
    )


def stored(
    session: Session, *, media_id: int, name: str, content_type: str, size: int, now: datetime
) -> None:
    """The attachment lies under ``name``. Raises NotFound where the person was erased meanwhile."""
    row = session.get(MediaFile, media_id, with_for_update=True)
    if row is None:
        raise NotFound(f"attachment {media_id}")
    row.status, row.reason = "stored", None
    row.name, row.content_type, row.size, row.stored_at = name, content_type, size, now


def given_up(session: Session, *, media_id: int, status: str, reason: str) -> None:
    """The attachment is not kept ("refused"), or could not be had ("failed")."""
    row = session.get(MediaFile, media_id, with_for_update=True)
    if row is not None and row.status == "waiting":
        row.status, row.reason = status, reason


def get(session: Session, *, media_id: int) -> MediaFile:
    """An attachment that is stored. Raises NotFound."""
    row = session.get(MediaFile, media_id)
    if row is None or row.status != "stored":
        raise NotFound(f"attachment {media_id}")
    return row


def of_messages(session: Session, inbound_ids: Sequence[int]) -> dict[int, list[MediaFile]]:
    """The attachments of messages, by message, in their order."""
    if not inbound_ids:
        return {}
    found: dict[int, list[MediaFile]] = {}
    rows = select(MediaFile).where(MediaFile.inbound_id.in_(inbound_ids)).order_by(MediaFile.position)
    for row in session.scalars(rows):
        found.setdefault(row.inbound_id, []).append(row)
    return found
