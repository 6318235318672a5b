"""What Twilio posts to the webhooks: messages on WhatsApp and SMS, and receipts of what was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from bot.channels.choices import is_ours, without_number
from bot.channels.errors import FailureKind, PayloadInvalid, SignatureInvalid
from bot.channels.storable import storable
from bot.channels.twilio_errors import kind_of
from bot.core.messages import (
    Channel,
    DeliveryReceipt,
    DeliveryStatus,
    InboundKind,
    InboundMessage,
    Location,
    MediaItem,
)

STATUSES: Mapping[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.SENDING,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.CANCELLED,
}
"""Twilio's words for how far a message has come."""

_WHATSAPP = "whatsapp:"
_VCARDS = frozenset({"text/vcard", "text/x-vcard"})


def verify(*, auth_token: str, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Check that Twilio signed a webhook. Raises SignatureInvalid.

    ``url`` is the public address that Twilio called, with its query, made from configuration and never from
    the request's host. ``params`` are the form's fields, blank ones included. SHA-256 is used where the
    request's headers say so.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get(SIGNATURE_HEADER.lower(), "")
    if not auth_token or not signature:
        raise SignatureInvalid("the webhook carries no signature, or no token is configured to check it with")
    algorithm = get_signature_algorithm(given.get(SIGNATURE_SETTINGS_HEADER.lower()))
    if not RequestValidator(auth_token).validate(url, params, signature, algorithm):
        raise SignatureInvalid("the webhook's signature does not match")


def parse(params: Mapping[str, str]) -> InboundMessage:
    """The message that a webhook's form fields carry; all of them stay in ``raw``. Raises PayloadInvalid.

    The address is E.164 where Twilio gives a number, else what stands in its place: a WhatsApp user name has
    none.
    """
    raw: dict[str, str] = storable(dict(params))
    provider_id = raw.get("MessageSid") or raw.get("SmsMessageSid") or raw.get("SmsSid") or ""
    if not provider_id:
        raise PayloadInvalid("the message has no MessageSid")
    channel, address = _sender(raw)
    location = _location(raw)
    media = _media(raw)
    payload = _payload(raw)
    text = raw.get("Body", "") or raw.get("ButtonText", "") or raw.get("ListTitle", "")
    return InboundMessage(
        channel=channel,
        provider_id=provider_id,
        address=address,
        kind=_kind(raw, text=text, payload=payload, location=location, media=media),
        raw=raw,
        text=without_number(text) if payload else text,
        payload=payload,
        location=location,
        media=media,
        profile_name=raw.get("ProfileName") or None,
    )


def parse_receipt(params: Mapping[str, str], outbound_id: int | None) -> DeliveryReceipt | None:
    """The receipt in a status callback; None where it says nothing of delivery. Raises PayloadInvalid.

    ``outbound_id`` is our own id from the callback's URL, None where it had none.
    """
    raw: dict[str, str] = storable(dict(params))
    provider_id = raw.get("MessageSid") or raw.get("SmsSid") or ""
    if not provider_id:
        raise PayloadInvalid("the receipt has no MessageSid")
    word = raw.get("MessageStatus") or raw.get("SmsStatus") or ""
    status = STATUSES.get(word.lower())
    if status is None:
        return None
    code = raw.get("ErrorCode", "")
    kind = kind_of(code) if status in {DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED} else None
    return DeliveryReceipt(
        provider_id=provider_id,
        status=status,
        error_code=code if code not in {"", "0"} else None,
        raw=raw,
        outbound_id=outbound_id,
        refused=kind is FailureKind.SUPPRESS,
        may_arrive_later=kind is FailureKind.RETRY,
        outside_window=kind is FailureKind.WINDOW,
    )


def _sender(raw: Mapping[str, str]) -> tuple[Channel, str]:
    sender = raw.get("From", "").strip()
    if sender.startswith(_WHATSAPP) or (not sender and raw.get("WaId")):
        return Channel.WHATSAPP, _whatsapp_address(sender.removeprefix(_WHATSAPP).strip(), raw)
    if not sender:
        raise PayloadInvalid("the message has no sender")
    if ":" in sender:
        raise PayloadInvalid("the message comes over a channel that is not served")
    return Channel.SMS, _with_plus(sender)


def _whatsapp_address(number: str, raw: Mapping[str, str]) -> str:
    wa_id = raw.get("WaId", "").strip()
    address = _with_plus(number) or _with_plus(wa_id) or raw.get("ExternalUserId", "").strip()
    if not address:
        raise PayloadInvalid("the message has no sender")
    return address


def _with_plus(number: str) -> str:
    """Some senders give the number bare, and form decoding turns an unescaped plus into a space."""
    return f"+{number}" if number.isascii() and number.isdigit() and len(number) > 8 else number


def _location(raw: Mapping[str, str]) -> Location | None:
    try:
        latitude, longitude = float(raw["Latitude"]), float(raw["Longitude"])
    except (KeyError, ValueError):
        # No pin, or one that points nowhere: the message itself must not be lost over it.
        return None
    if not (
        math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
    ):
        return None
    return Location(latitude=latitude, longitude=longitude)


def _media(raw: Mapping[str, str]) -> tuple[MediaItem, ...]:
    count = raw.get("NumMedia", "0")
    urls = [
        raw.get(f"MediaUrl{index}", "") for index in range(min(int(count), 10) if count.isdecimal() else 0)
    ]
    return tuple(
        MediaItem(reference=url, content_type=raw.get(f"MediaContentType{index}", "application/octet-stream"))
        for index, url in enumerate(urls)
        if url
    )


def _payload(raw: Mapping[str, str]) -> str | None:
    payload = raw.get("ButtonPayload") or raw.get("ListId")
    return payload if is_ours(payload) else None


def _kind(
    raw: Mapping[str, str],
    *,
    text: str,
    payload: str | None,
    location: Location | None,
    media: tuple[MediaItem, ...],
) -> InboundKind:
    if payload:
        return InboundKind.BUTTON
    if location:
        return InboundKind.LOCATION
    if raw.get("MessageType") in {"sticker", "reaction"}:
        return InboundKind.UNSUPPORTED
    if raw.get("MessageType") == "contacts" or any(item.content_type in _VCARDS for item in media):
        return InboundKind.CONTACT
    if media:
        return InboundKind.MEDIA
    return InboundKind.TEXT if text.strip() else InboundKind.UNSUPPORTED
