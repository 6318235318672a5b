"""What providers say later of messages that they took: kept as it came, and acted on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus, moves_forward
from bot.core.sending_rules import LONGEST_CHAIN, is_over
from bot.services import closed_window, contacts, messages
from bot.store.locks import LATER, Later
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
    _note(session, row, receipt, now)
    return True


def record_all(session: Session, found: Sequence[DeliveryReceipt], *, now: datetime) -> list[bool | Later]:
    """Note receipts in this order. Those that change nothing but a status are noted at once: True.

    LATER for those that do more or name a message otherwise than by our own id, for those whose message somebody else has at the
    moment or is not ours, and for those that come after one of these.
    """
    rows = _free(session, {receipt.outbound_id or 0 for receipt in found if _is_plain(receipt)})
    noted: list[bool | Later] = []
    for receipt in found:
        row = rows.get(receipt.outbound_id or 0)
        if row is None or not _is_plain(receipt):
            rows.pop(receipt.outbound_id or 0, None)
            noted.append(LATER)
        else:
            _note(session, row, receipt, now)
            noted.append(True)
    return noted


def _is_plain(receipt: DeliveryReceipt) -> bool:
    return receipt.outbound_id is not None and not (
        receipt.refused or receipt.may_arrive_later or receipt.outside_window
    )


def _note(session: Session, row: OutboundMessage, receipt: DeliveryReceipt, now: datetime) -> None:
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
        return
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


def _free(session: Session, ids: Collection[int]) -> dict[int, OutboundMessage]:
    """The messages with these ids that nobody else has, locked."""
    if not ids:
        return {}
    query = select(OutboundMessage).where(OutboundMessage.id.in_(sorted(ids)))
    return {row.id: row for row in session.scalars(query.with_for_update(skip_locked=True))}


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
