"""Messages as the channels hand them over: values without any provider's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from bot.core.geo import Point


class Channel(str, Enum):
    """Where a person talks to the assistant; not the provider that carries it."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SMS = "sms"


class InboundKind(str, Enum):
    """What a message mainly is."""

    TEXT = "text"
    BUTTON = "button"
    LOCATION = "location"
    CONTACT = "contact"
    MEDIA = "media"
    UNSUPPORTED = "unsupported"


Location = Point
"""Where somebody says that they are: a pin."""


@dataclass(frozen=True, kw_only=True)
class MediaItem:
    """One attachment as the provider names it; ``reference`` is a URL (Twilio) or a file id (Telegram)."""

    reference: str
    content_type: str


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """One message of a person, parsed from a provider's webhook.

    ``provider_id`` is unique within the channel. ``address`` is E.164 on WhatsApp and SMS, the chat id on Telegram. ``raw`` is the
    payload exactly as it came, because providers add fields without notice. ``order`` sorts messages of one address where
    the provider gives a sequence (Telegram's ``update_id``).
    """

    channel: Channel
    provider_id: str
    address: str
    kind: InboundKind
    raw: Mapping[str, Any]
    text: str = ""
    payload: str | None = None
    location: Location | None = None
    shared_phone: str | None = None
    media: tuple[MediaItem, ...] = ()
    profile_name: str | None = None
    callback_id: str | None = None
    order: int | None = None


@dataclass(frozen=True, kw_only=True)
class Button:
    """A choice under a message. ``payload`` is one of ours, at most 64 bytes."""

    title: str
    payload: str


class InputRequest(str, Enum):
    """What a message asks the channel to offer beside free text, where the channel can."""

    CONTACT = "contact"
    LOCATION = "location"


class DeliveryStatus(str, Enum):
    """How far an outbound message has come. ``STATUS_RANK`` orders it; a status only ever moves forward."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNKNOWN = "unknown"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    CANCELLED = "cancelled"


STATUS_RANK: Mapping[DeliveryStatus, int] = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNKNOWN: 2,
    DeliveryStatus.SENT: 3,
    DeliveryStatus.FAILED: 4,
    DeliveryStatus.CANCELLED: 4,
    DeliveryStatus.UNDELIVERED: 5,
    DeliveryStatus.DELIVERED: 6,
    DeliveryStatus.READ: 7,
}


def moves_forward(current: DeliveryStatus, new: DeliveryStatus) -> bool:
    """Whether a receipt that says ``new`` may replace ``current``: late and repeated receipts may not."""
    return STATUS_RANK[new] > STATUS_RANK[current]


@dataclass(frozen=True, kw_only=True)
class DeliveryReceipt:
    """A provider's word on a message that we sent.

    Of one that was not delivered, ``refused`` says that the person wants none, ``may_arrive_later`` that sending it anew may help,
    ``outside_window`` that it came after WhatsApp's 24 hours.
    """

    provider_id: str
    status: DeliveryStatus
    error_code: str | None
    raw: Mapping[str, Any]
    outbound_id: int | None = None
    refused: bool = False
    may_arrive_later: bool = False
    outside_window: bool = False


@dataclass(frozen=True, kw_only=True)
class ApprovedTemplate:
    """A text that the provider approved in advance, for use outside the service window; ``values`` fill its variables in order."""

    sid: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OutboundContent:
    """What is to be sent to one address: one bubble. With a ``template`` that is sent in place of the text."""

    channel: Channel
    address: str
    text: str
    outbound_id: int
    buttons: tuple[Button, ...] = ()
    request: InputRequest | None = None
    request_title: str | None = None
    location: Location | None = None
    template: ApprovedTemplate | None = None


@dataclass(frozen=True, kw_only=True)
class SendResult:
    """A provider took the message. ``status`` is what it said at once."""

    provider_id: str
    status: DeliveryStatus = DeliveryStatus.SENT
    at: datetime | None = field(default=None)
