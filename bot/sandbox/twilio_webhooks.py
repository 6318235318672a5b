"""Twilio's webhooks: the fields Twilio sends, signed as Twilio signs."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urldefrag, urlencode

from twilio.request_validator import RequestValidator

from bot.sandbox.delivery import Webhook
from bot.sandbox.messages import Message
from bot.sandbox.settings import Settings

MESSAGES_PATH = "/webhooks/twilio/messages"
API_VERSION = "2010-04-01"


def inbound(message: Message, original: Message | None, settings: Settings) -> Webhook:
    """The webhook of a message that a person sent; ``original`` is the message whose button was pressed."""
    if message.channel == "whatsapp":
        fields = _common(message, settings) | _whatsapp(message, original)
    else:
        fields = _common(message, settings) | _sms(message)
    fields |= _media(message, settings) | _content(message)
    return _signed("message", f"{settings.public_base_url}{MESSAGES_PATH}", fields, settings)


def status(message: Message, state: str, settings: Settings) -> Webhook:
    """The status callback that tells ``state`` about a message that the product sent."""
    fields = {
        "AccountSid": settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "To": address(message),
        "MessageSid": message.provider_id,
        "MessageStatus": state,
        "SmsSid": message.provider_id,
        "SmsStatus": state,
    }
    if message.channel == "whatsapp":
        fields |= {
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": address(message),
            "EventType": state.upper(),
        }
    if message.error_code is not None:
        fields["ErrorCode"] = str(message.error_code)
    return _signed("status", message.callback_url, fields, settings)


def address(message: Message) -> str:
    """A phone as Twilio addresses it on the message's channel."""
    return f"whatsapp:{message.phone}" if message.channel == "whatsapp" else message.phone


def media_sid(message: Message) -> str:
    """The sid of a message's attachment."""
    return "ME" + hashlib.md5(message.provider_id.encode(), usedforsecurity=False).hexdigest()


def _signed(kind: Any, url: str, fields: dict[str, str], settings: Settings) -> Webhook:
    # A fragment configures Twilio's retries and is no part of what it requests.
    requested = urldefrag(url).url
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(requested, fields)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": str(signature),
        "User-Agent": "TwilioProxy/1.1",
    }
    return Webhook(kind=kind, url=requested, headers=headers, content=urlencode(fields).encode())


def _common(message: Message, settings: Settings) -> dict[str, str]:
    return {
        "AccountSid": settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "MessageSid": message.provider_id,
        "SmsSid": message.provider_id,
        "SmsMessageSid": message.provider_id,
        "SmsStatus": "received",
        "From": address(message),
        "To": message.sender,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments or 1),
    }


def _whatsapp(message: Message, original: Message | None) -> dict[str, str]:
    fields = {
        "ProfileName": message.name,
        "WaId": message.phone.removeprefix("+"),
        "MessageType": _message_type(message),
        "ReferralNumMedia": "0",
        "ChannelMetadata": json.dumps(
            {
                "type": "whatsapp",
                "data": {"context": {"ProfileName": message.name, "WaId": message.phone.removeprefix("+")}},
            }
        ),
    }
    if original is not None:
        fields |= {
            "OriginalRepliedMessageSid": original.provider_id,
            "OriginalRepliedMessageSender": original.sender,
        }
    return fields


def _sms(message: Message) -> dict[str, str]:
    return {
        "FromCountry": "MA" if message.phone.startswith("+212") else "",
        "FromState": "",
        "FromCity": "",
        "FromZip": "",
        "ToCountry": "",
        "ToState": "",
        "ToCity": "",
        "ToZip": "",
    }


def _message_type(message: Message) -> str:
    if message.location is not None:
        return "location"
    if message.media:
        return "audio"
    if message.pressed is not None:
        return "interactive" if message.pressed.kind == "list_item" else "button"
    return "text"


def _content(message: Message) -> dict[str, str]:
    if message.location is not None:
        # A pin has no words.
        return {
            "Body": "",
            "Latitude": str(message.location.latitude),
            "Longitude": str(message.location.longitude),
        }
    if message.pressed is None:
        return {"Body": message.text}
    button = message.pressed
    if button.kind == "list_item":
        return {"Body": button.title, "ListId": button.payload, "ListTitle": button.title}
    return {"Body": button.title, "ButtonText": button.title, "ButtonPayload": button.payload}


def _media(message: Message, settings: Settings) -> dict[str, str]:
    if not message.media:
        return {}
    account = f"https://api.twilio.com/{API_VERSION}/Accounts/{settings.twilio_account_sid}"
    return {
        "MediaUrl0": f"{account}/Messages/{message.provider_id}/Media/{media_sid(message)}",
        "MediaContentType0": message.media[0].content_type,
    }
