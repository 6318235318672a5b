"""Twilio's side of the tests: what its API answers, and messages to send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.errors import SendError
from bot.channels.twilio_outbound import TwilioSender
from bot.core.messages import Button, Channel, OutboundContent, SendResult

from .provider import Reply

ACCOUNT = "AC5b1d0e7c4f3a2968b7d6e5f4c3b2a190"
PHONE = "+212612345678"
SID = "SM0123456789abcdef0123456789abcdef"
CONTENT_SID = "HX0123456789abcdef0123456789abcdef"
MESSAGES = f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CONTENTS = "/twilio/v1/Content"
BUTTONS = (Button(title="Oui", payload="/affirm"), Button(title="Non", payload="/deny"))
MANY = tuple(Button(title=f"Choix {number}", payload=f"/choice_{number}") for number in range(1, 6))
MakeSender = Callable[..., TwilioSender]


def message(**changes: Any) -> dict[str, Any]:
    """A message as Twilio's API shows it."""
    shown = {
        "sid": SID,
        "status": "queued",
        "body": "Bonjour",
        "to": f"whatsapp:{PHONE}",
        "from": "whatsapp:+212530000001",
        "direction": "outbound-api",
        "date_created": "Tue, 24 Nov 2026 09:00:02 +0000",
        "date_sent": None,
        "error_code": None,
        "num_segments": "1",
    }
    return shown | changes


def taken(**changes: Any) -> Reply:
    return Reply(status=201, body=message(**changes))


def refused(code: int, status: int = 400) -> Reply:
    text = f"The 'To' number {PHONE} is not valid"
    return Reply(status=status, body={"code": code, "message": text, "status": status, "more_info": ""})


def created() -> Reply:
    return Reply(status=201, body={"sid": CONTENT_SID, "types": {}, "variables": {}})


def content(**changes: Any) -> OutboundContent:
    values: dict[str, Any] = {
        "channel": Channel.WHATSAPP,
        "address": PHONE,
        "text": "Bonjour",
        "outbound_id": 41,
    }
    return OutboundContent(**(values | changes))


def listed(*messages: dict[str, Any]) -> Reply:
    page = {"messages": list(messages), "next_page_uri": None, "page": 0, "page_size": 50, "uri": MESSAGES}
    return Reply(body=page)


def send(sender: TwilioSender, outbound: OutboundContent) -> SendResult:
    return asyncio.run(sender.send(outbound))


def failure(sender: TwilioSender, outbound: OutboundContent) -> SendError:
    with pytest.raises(SendError) as caught:
        send(sender, outbound)
    return caught.value
