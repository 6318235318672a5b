"""Which messages are known to have arrived: receipts decide."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bot.core.messages import Channel, DeliveryStatus
from bot.core.sending_rules import LONGEST_CHAIN
from bot.store.models import OutboundMessage

WITH_RECEIPT = (DeliveryStatus.DELIVERED.value, DeliveryStatus.READ.value)


def reached(session: Session, outbound_ids: Collection[int]) -> set[int]:
    """Those of the messages that arrived, by themselves or as the message that stood in for them."""
    root_of = {outbound_id: outbound_id for outbound_id in outbound_ids}
    found: set[int] = set()
    for _ in range(LONGEST_CHAIN + 2):
        if not root_of:
            break
        known = session.scalars(
            select(OutboundMessage.id).where(OutboundMessage.id.in_(root_of), _is_there())
        )
        found |= {root_of[outbound_id] for outbound_id in known}
        following = session.execute(
            select(OutboundMessage.id, OutboundMessage.replaces_id).where(
                OutboundMessage.replaces_id.in_(root_of)
            )
        )
        root_of = {anew: root_of[replaced] for anew, replaced in following if replaced is not None}
    return found


def _is_there() -> ColumnElement[bool]:
    """Telegram gives no receipts: what it took is on the phone."""
    taken = and_(
        OutboundMessage.channel == Channel.TELEGRAM.value,
        OutboundMessage.status == DeliveryStatus.SENT.value,
    )
    return or_(OutboundMessage.status.in_(WITH_RECEIPT), taken)
