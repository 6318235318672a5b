"""A scripted provider for the tests of the adapters, and senders that talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bot.channels.twilio_outbound import TwilioSender

from .provider import Provider
from .twilio_calls import ACCOUNT, MakeSender


@pytest.fixture
def provider() -> Iterator[Provider]:
    scripted = Provider()
    yield scripted
    scripted.stop()


@pytest.fixture
def make_sender(provider: Provider) -> Iterator[MakeSender]:
    senders: list[TwilioSender] = []

    def make(**changes: Any) -> TwilioSender:
        values: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "auth_token": "a-token-for-tests",
            "whatsapp_from": "+212530000001",
            "sms_from": "Caravane",
            "public_base_url": "https://caravan.example.org",
            "api_base_url": f"{provider.url}/twilio",
            "timeout": 5.0,
        }
        senders.append(TwilioSender(**(values | changes)))
        return senders[-1]

    yield make
    for sender in senders:
        asyncio.run(sender.close())
