"""What providers say later of messages that they took: kept as it came, and acted on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus, moves_forward
from bot.core.sending_rules import LONGEST_CHAIN, is_over
from bot.services import closed_window, contacts, messages
from bot.store.models import DeliveryEvent, OutboundMessage

FIRST_PAUSE = timedelta(minutes=2)
"""Before a message is sent anew that was not delivered; five times as long each further time."""


def record(session: Session, receipt: DeliveryReceipt, *, channels: Sequence[Channel], now: datetime) -> bool:
    """Note a provider's word on a message of ours. The status only moves forward. False where the message is not ours.

    A person who refused is not written to again; what could not be delivered for the moment is sent anew, a few times; what
    came too late for WhatsApp goes once by the ladder.
    """
    row = _locked(session, receipt, channels)
    if row is None:
        return False
    session.add(
        DeliveryEvent(
            outbound_id=row.id,
            status=receipt.status.value,
            error_code=receipt.error_code,
            raw=dict(receipt.raw),
            at=now,
        )
    )
    row.provider_id = row.provider_id or receipt.provider_id
    if not moves_forward(DeliveryStatus(row.status), receipt.status):
        return True
    row.status = receipt.status.value
    row.error_code = receipt.error_code
    if receipt.refused:
        contacts.block(
            session,
            contact_id=row.contact_id,
            channel=Channel(row.channel),
            address=row.address,
            code=receipt.error_code or "",
            now=now,
        )
    if receipt.may_arrive_later:
        _send_anew(session, row, now)
    if receipt.outside_window:
        closed_window.take_another_way(session, row, now=now)
    return True


def _locked(
    session: Session, receipt: DeliveryReceipt, channels: Sequence[Channel]
) -> OutboundMessage | None:
    query = select(OutboundMessage).with_for_update()
    if receipt.outbound_id is not None:
        return session.scalar(query.where(OutboundMessage.id == receipt.outbound_id))
    names = [channel.value for channel in channels]
    return session.scalar(
        query.where(OutboundMessage.provider_id == receipt.provider_id, OutboundMessage.channel.in_(names))
    )


def _send_anew(session: Session, row: OutboundMessage, now: datetime) -> None:
    before = _predecessors(session, row)
    if before >= LONGEST_CHAIN or row.handled_at is not None:
        return
    if is_over(kind=row.kind, created_at=row.created_at, expires_at=row.expires_at, now=now):
        return
    messages.replace(session, row, now=now, delay=FIRST_PAUSE * 5**before)
    row.handled_at = now


def _predecessors(session: Session, row: OutboundMessage) -> int:
    count, earlier = 0, row.replaces_id
    while earlier is not None:
        count += 1
        earlier = session.get_one(OutboundMessage, earlier).replaces_id
    return count
