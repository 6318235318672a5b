"""An answer that the worker which made it also sends: stored, claimed and in that worker's hands in one transaction.

It saves a way through the queue. What stands against sending it at once leaves it to a job, which says what becomes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.core import service_window
from bot.core.messages import Channel, DeliveryStatus, OutboundContent
from bot.core.routing import Talker
from bot.services import sending
from bot.services.outgoing import Outgoing
from bot.store import queue
from bot.store.models import ContactAddress, Conversation, OutboundMessage


@dataclass(frozen=True, kw_only=True)
class Held:
    """A claimed message and the job that answers for it, which is this worker's already."""

    job_id: int
    content: OutboundContent


class AtOnce:
    """Takes the first answer of a turn that it is offered; ``held`` is that answer. ``worker_id`` is the queue's number of the worker,
    which has the tokens for it already.
    """

    def __init__(self, *, worker_id: int, now: datetime) -> None:
        self._worker_id, self._now = worker_id, now
        self.held: Held | None = None

    def __call__(self, session: Session, message: Outgoing, conversation: Conversation) -> bool:
        """Whether it is held. The conversation is locked, the message is not written yet."""
        row = message.row
        if self.held is not None or not self._may_go(row, conversation, conversation.address):
            return False
        row.status = DeliveryStatus.SENDING.value
        session.add(row)
        session.flush()
        job_id = queue.hold_send(session, outbound_id=row.id, send=message.send, worker_id=self._worker_id)
        if job_id is None:
            row.status = DeliveryStatus.QUEUED.value
            return False
        self.held = Held(job_id=job_id, content=sending.content_of(row))
        return True

    def _may_go(self, row: OutboundMessage, conversation: Conversation, address: ContactAddress) -> bool:
        """Whether :func:`bot.services.sending.claim` would send it as it is."""
        return (
            row.kind == "reply"
            and conversation.talker != Talker.COACH.value
            and address.blocked_at is None
            and row.expires_at is None
            and service_window.is_open(
                channel=Channel(row.channel), last_inbound_at=conversation.last_inbound_at, now=self._now
            )
        )
