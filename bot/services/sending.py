"""An outbound message on its way: claimed before the provider is called, settled afterwards, never sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.core import service_window
from bot.core.consent_rules import Purpose
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
from bot.core.rate_rules import Limit, limits_for
from bot.core.routing import Talker
from bot.core.sending_rules import policy_of
from bot.services import closed_window, consent, contacts, rates
from bot.services.ladder import Ladder, go_by_sms, template_for
from bot.store.models import Announcement, Booking, Conversation, InboundMessage, OutboundMessage, Reminder

_SETTLE = text(
    """
    UPDATE outbound_message SET provider_id = :provider_id, sent_at = :now, status = :status
    WHERE id = :id AND status = 'sending'
    RETURNING CASE WHEN position = 0 THEN CAST(extract(epoch FROM :now - (
        SELECT received_at FROM inbound_message WHERE inbound_message.id = turn_id
    )) AS float) END
    """
)
"""As long as no receipt has come, nothing has to be compared."""


class Gone(NotFound):
    """The message is not there any more: the person was erased."""


class Interrupted(NotFound):
    """A message was claimed, but nobody knows whether it was sent: its process died in between."""


def claim(
    session: Session, *, outbound_id: int, now: datetime, senders: Mapping[Channel, str], ladder: Ladder
) -> OutboundContent | None:
    """Mark a message as being sent and return what to send; None where it must not be sent (any more).

    Commit before calling the provider. A message that was claimed before and never settled raises Interrupted, one that the provider
    would refuse for its pace TooFast. ``senders`` names the number or bot that sends on each channel.
    """
    row = session.get(OutboundMessage, outbound_id, with_for_update=True)
    if row is None:
        raise Gone(f"outbound message {outbound_id}")
    if row.status == DeliveryStatus.SENDING.value:
        raise Interrupted(f"outbound message {outbound_id}")
    if row.status != DeliveryStatus.QUEUED.value:
        return None
    if row.expires_at is not None and now >= row.expires_at:
        row.status, row.error_code = DeliveryStatus.CANCELLED.value, "expired"
        return None
    obstacle = _obstacle(session, row)
    if obstacle is not None:
        row.status, row.error_code = DeliveryStatus.FAILED.value, obstacle
        return None
    content = _fit_for_the_window(session, row, ladder, now)
    if content is None:
        return None
    row.status, row.error_code = DeliveryStatus.SENDING.value, None
    session.flush()
    # Last, because others wait for the buckets until this is committed.
    limits = limits_of(
        channel=Channel(row.channel), kind=row.kind, conversation_id=row.conversation_id, senders=senders
    )
    rates.take(session, limits)
    return content


def _fit_for_the_window(
    session: Session, row: OutboundMessage, ladder: Ladder, now: datetime
) -> OutboundContent | None:
    """What may be sent at this moment; None where an SMS takes its place, or nothing does."""
    content = content_of(row)
    if row.conversation_id is None:
        return content
    # Locked, so that nobody takes the conversation between this look and the sending.
    conversation = session.get_one(
        Conversation, row.conversation_id, with_for_update={"read": True}, populate_existing=True
    )
    if _is_for_staff_now(conversation, row):
        _keep_out(session, ladder, row, now)
        return None
    last_inbound_at = conversation.last_inbound_at
    is_open = service_window.is_open(channel=content.channel, last_inbound_at=last_inbound_at, now=now)
    if is_open and not closed_window.goes_by_ladder(session, row):
        return content
    template = template_for(session, ladder, row)
    if template is not None:
        return replace(content, template=template)
    if not go_by_sms(session, ladder, row, now=now):
        row.status, row.error_code = DeliveryStatus.FAILED.value, "window_closed"
    return None


def _is_for_staff_now(conversation: Conversation, row: OutboundMessage) -> bool:
    """Whether the assistant has to keep this to itself: a coach answers now, or is waited for and it is nothing that was asked."""
    talker = Talker(conversation.talker)
    if policy_of(row.kind).purpose is not Purpose.SERVICE:
        return talker is not Talker.ASSISTANT
    return row.kind == "reply" and talker is Talker.COACH


def _keep_out(session: Session, ladder: Ladder, row: OutboundMessage, now: datetime) -> None:
    """What concerns an appointment goes by SMS instead, or is shown to the staff as not sent; the rest is dropped."""
    if policy_of(row.kind).purpose is Purpose.REMINDERS:
        if not go_by_sms(session, ladder, row, now=now):
            row.status, row.error_code = DeliveryStatus.FAILED.value, "with_staff"
        return
    row.status, row.error_code = DeliveryStatus.CANCELLED.value, "with_staff"


def limits_of(
    *, channel: Channel, kind: str, conversation_id: int | None, senders: Mapping[Channel, str]
) -> tuple[Limit, ...]:
    """The limits of rate that a message has to pass, widest first. Raises UnknownKind."""
    return limits_for(
        channel=channel,
        sender=senders.get(channel, ""),
        conversation_id=conversation_id,
        priority=policy_of(kind).priority,
    )


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


def is_settled(session: Session, *, outbound_id: int) -> bool:
    """Whether a provider's receipt has told meanwhile what became of a message that was being sent."""
    status = session.scalar(select(OutboundMessage.status).where(OutboundMessage.id == outbound_id))
    return status not in (DeliveryStatus.SENDING.value, DeliveryStatus.QUEUED.value)


def settle(session: Session, *, outbound_id: int, result: SendResult, now: datetime) -> float | None:
    """The provider took it. A receipt that came before this keeps its later status.

    Seconds from a person's message up to the first part of its answer; None for any other message.
    """
    settled = session.execute(
        _SETTLE,
        {"id": outbound_id, "provider_id": result.provider_id, "status": result.status.value, "now": now},
    ).one_or_none()
    if settled is not None:
        waited: float | None = settled[0]
        return waited
    row = session.get_one(OutboundMessage, outbound_id, with_for_update=True)
    row.provider_id = result.provider_id
    row.sent_at = now
    if moves_forward(DeliveryStatus(row.status), result.status):
        row.status = result.status.value
    return _waited_for(session, outbound_id=outbound_id, now=now)


def _waited_for(session: Session, *, outbound_id: int, now: datetime) -> float | None:
    """Seconds from a person's message up to the first part of its answer; None for any other message."""
    row = session.get_one(OutboundMessage, outbound_id)
    if row.turn_id is None or row.position != 0:
        return None
    received_at = session.scalar(select(InboundMessage.received_at).where(InboundMessage.id == row.turn_id))
    return None if received_at is None else (now - received_at).total_seconds()


def fail(session: Session, *, outbound_id: int, status: DeliveryStatus, code: str | None) -> None:
    """The provider did not take it, or nobody knows. Back to "queued" where it may be tried again."""
    row = session.get_one(OutboundMessage, outbound_id, with_for_update=True)
    if row.status in (DeliveryStatus.SENDING.value, DeliveryStatus.QUEUED.value):
        row.status = status.value
        row.error_code = code


def came_too_late(session: Session, *, outbound_id: int, code: str, now: datetime) -> None:
    """The provider says that WhatsApp's 24 hours are over: the message goes once more by the ladder."""
    fail(session, outbound_id=outbound_id, status=DeliveryStatus.FAILED, code=code)
    closed_window.take_another_way(session, session.get_one(OutboundMessage, outbound_id), now=now)


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


def _obstacle(session: Session, row: OutboundMessage) -> str | None:
    """Why the provider is not even asked: what it says is over, or the person said stop or blocked us."""
    if row.kind == "reminder" and not _still_true(session, row):
        return "void"
    if row.kind == "announcement" and not _still_news(session, row):
        return "void"
    purpose = policy_of(row.kind).purpose
    if purpose is not Purpose.SERVICE and not consent.allowed(
        session, contact_id=row.contact_id, purpose=purpose
    ):
        return "opted_out"
    blocked = contacts.is_blocked(session, channel=Channel(row.channel), address=row.address)
    return "blocked" if blocked else None


def _still_true(session: Session, row: OutboundMessage) -> bool:
    """Whether the booking that a reminder speaks of stands as it was: it may have moved while the provider was away."""
    found = session.execute(
        select(Booking.status, Booking.version, Reminder.booking_version)
        .join(Reminder, Reminder.booking_id == Booking.id)
        .where(
            Reminder.outbound_id.in_([row.id, row.replaces_id])
            | Reminder.chat_outbound_id.in_([row.id, row.replaces_id])
        )
    ).one_or_none()
    return found is None or (found[0] != "cancelled" and found[1] == found[2])


def _still_news(session: Session, row: OutboundMessage) -> bool:
    """Whether the booking of which the news of a change speaks is as it says."""
    found = session.execute(
        select(Booking.version, Announcement.booking_version)
        .join(Announcement, Announcement.booking_id == Booking.id)
        .where(Announcement.outbound_id.in_([row.id, row.replaces_id]))
    ).one_or_none()
    return found is None or found[0] == found[1]
