"""Messages to be sent: made without the database, then stored together with their jobs, one statement for all of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.core.bubbles import Bubble, merge
from bot.core.messages import Channel
from bot.core.sending_rules import policy_of
from bot.store import queue
from bot.store.models import Conversation, OutboundMessage


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message to be. Those with one ``lock`` (on one channel) leave in the order in which they were stored."""

    row: OutboundMessage
    lock: int

    @property
    def send(self) -> queue.Send:
        """What the queue has to know of it. Raises UnknownKind."""
        return queue.Send(
            channel=self.row.channel, address_lock=self.lock, priority=policy_of(self.row.kind).priority
        )


def in_chat(
    conversation: Conversation,
    bubbles: Sequence[Bubble],
    *,
    kind: str,
    now: datetime,
    expires_at: datetime | None = None,
    turn_id: int | None = None,
    staff_id: int | None = None,
) -> tuple[Outgoing, ...]:
    """What is said in a conversation, merged to as few messages as fit; not sent any more after ``expires_at``."""
    address = conversation.address
    channel = Channel(address.channel)
    return tuple(
        Outgoing(
            row=OutboundMessage(
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                channel=channel.value,
                address=address.address,
                kind=kind,
                text=bubble.text,
                buttons=[asdict(button) for button in bubble.buttons],
                request=bubble.request,
                request_title=bubble.request_title,
                turn_id=turn_id,
                position=position,
                staff_id=staff_id,
                created_at=now,
                expires_at=expires_at,
            ),
            lock=address.id,
        )
        for position, bubble in enumerate(merge(bubbles, channel))
    )


def to_number(
    *,
    contact_id: int,
    channel: Channel,
    address: str,
    text: str,
    kind: str,
    now: datetime,
    expires_at: datetime,
    replaces_id: int | None = None,
) -> Outgoing:
    """A message to an address, outside any conversation."""
    row = OutboundMessage(
        contact_id=contact_id,
        channel=channel.value,
        address=address,
        kind=kind,
        text=text,
        # The same columns as in a conversation: only rows that are alike are stored by one statement.
        buttons=[],
        position=0,
        created_at=now,
        expires_at=expires_at,
        replaces_id=replaces_id,
    )
    return Outgoing(row=row, lock=contact_id)


def store(session: Session, messages: Sequence[Outgoing]) -> tuple[int, ...]:
    """Store messages and their jobs, in this order; their ids. Raises UnknownKind."""
    sends = [each.send for each in messages]
    session.add_all(each.row for each in messages)
    session.flush()
    ids = tuple(each.row.id for each in messages)
    queue.defer_sends(session, dict(zip(ids, sends, strict=True)))
    return ids
