"""An outbound message on its way: claimed before the provider is called, settled afterwards, never sent twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import service_window
from bot.core.consent_rules import Purpose, purpose_of
from bot.core.errors import NotFound
from bot.core.messages import (
    Button,
    Channel,
    DeliveryStatus,
    InputRequest,
    OutboundContent,
    SendResult,
    moves_forward,
)
from bot.services import consent, contacts
from bot.store.models import Booking, Conversation, OutboundMessage, Reminder


class Interrupted(NotFound):
    """A message was claimed, but nobody knows whether it was sent: its process died in between."""


def claim(session: Session, *, outbound_id: int, now: datetime) -> OutboundContent | None:
    """Mark a message as being sent and return what to send; None where it must not be sent (any more).

    Commit before calling the provider. A message that was claimed before and never settled raises Interrupted.
    """
    row = session.get(OutboundMessage, outbound_id, with_for_update=True)
    if row is None:
        raise NotFound(f"outbound message {outbound_id}")
    if row.status == DeliveryStatus.SENDING.value:
        raise Interrupted(f"outbound message {outbound_id}")
    if row.status != DeliveryStatus.QUEUED.value:
        return None
    if row.expires_at is not None and now >= row.expires_at:
        row.status, row.error_code = DeliveryStatus.CANCELLED.value, "expired"
        return None
    obstacle = _obstacle(session, row, now)
    if obstacle is not None:
        row.status, row.error_code = DeliveryStatus.FAILED.value, obstacle
        return None
    row.status, row.error_code = DeliveryStatus.SENDING.value, None
    return content_of(row)


def content_of(row: OutboundMessage) -> OutboundContent:
    """The row as the channels' value."""
    return OutboundContent(
        channel=Channel(row.channel),
        address=row.address,
        text=row.text,
        outbound_id=row.id,
        buttons=tuple(Button(title=b["title"], payload=b["payload"]) for b in row.buttons),
        request=InputRequest(row.request) if row.request else None,
        request_title=row.request_title,
    )


def settle(session: Session, *, outbound_id: int, result: SendResult, now: datetime) -> None:
    """The provider took it. A receipt that came before this keeps its later status."""
    row = session.get_one(OutboundMessage, outbound_id, with_for_update=True)
    row.provider_id = result.provider_id
    row.sent_at = now
    if moves_forward(DeliveryStatus(row.status), result.status):
        row.status = result.status.value


def fail(session: Session, *, outbound_id: int, status: DeliveryStatus, code: str | None) -> None:
    """The provider did not take it, or nobody knows. Back to "queued" where it may be tried again."""
    row = session.get_one(OutboundMessage, outbound_id, with_for_update=True)
    if row.status in (DeliveryStatus.SENDING.value, DeliveryStatus.QUEUED.value):
        row.status = status.value
        row.error_code = code


def block_address(session: Session, *, outbound_id: int, code: str, now: datetime) -> None:
    """The person refused: nothing more is offered to this address until they write again. ``code`` is the provider's."""
    row = session.get_one(OutboundMessage, outbound_id)
    contacts.block(
        session,
        contact_id=row.contact_id,
        channel=Channel(row.channel),
        address=row.address,
        code=code,
        now=now,
    )


def _obstacle(session: Session, row: OutboundMessage, now: datetime) -> str | None:
    """Why the provider is not even asked: what it says is over, the person said stop or blocked us, or the service window is closed."""
    if row.kind == "reminder" and not _still_true(session, row):
        return "void"
    purpose = purpose_of(row.kind)
    if purpose is not Purpose.SERVICE and not consent.allowed(
        session, contact_id=row.contact_id, purpose=purpose
    ):
        return "opted_out"
    if contacts.is_blocked(session, channel=Channel(row.channel), address=row.address):
        return "blocked"
    if row.conversation_id is None:
        return None
    conversation = session.get_one(Conversation, row.conversation_id)
    open_now = service_window.is_open(
        channel=Channel(row.channel), last_inbound_at=conversation.last_inbound_at, now=now
    )
    return None if open_now else "window_closed"


def _still_true(session: Session, row: OutboundMessage) -> bool:
    """Whether the booking that a reminder speaks of stands as it was: it may have moved while the provider was away."""
    found = session.execute(
        select(Booking.status, Booking.version, Reminder.booking_version)
        .join(Reminder, Reminder.booking_id == Booking.id)
        .where(Reminder.outbound_id == row.id)
    ).one_or_none()
    return found is None or (found[0] != "cancelled" and found[1] == found[2])
