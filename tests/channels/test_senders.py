"""Which sender carries what."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.channels.errors import FailureKind, SendError
from bot.channels.senders import Senders, make_telegram_sender, make_twilio_sender
from bot.core.messages import Channel, OutboundContent

from . import telegram_calls as telegram
from . import twilio_calls as twilio
from .provider import Provider

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def content(channel: Channel) -> OutboundContent:
    address = str(telegram.CHAT) if channel is Channel.TELEGRAM else twilio.PHONE
    return OutboundContent(channel=channel, address=address, text="Bonjour", outbound_id=41)


def senders(provider: Provider) -> Senders:
    return Senders(
        twilio=make_twilio_sender(
            account_sid=twilio.ACCOUNT,
            auth_token="a-token-for-tests",
            whatsapp_from="whatsapp:+212530000001",
            sms_from="Caravane",
            public_base_url="https://caravan.example.org",
            api_base_url=f"{provider.url}/twilio",
        ),
        telegram=make_telegram_sender(token=telegram.TOKEN, api_base_url=f"{provider.url}/telegram"),
    )


@pytest.mark.parametrize(
    ("channel", "path"),
    [
        (Channel.WHATSAPP, twilio.MESSAGES),
        (Channel.SMS, twilio.MESSAGES),
        (Channel.TELEGRAM, telegram.SEND),
    ],
)
def test_the_channel_decides(provider: Provider, channel: Channel, path: str) -> None:
    provider.script(telegram.taken() if channel is Channel.TELEGRAM else twilio.taken())

    async def scenario() -> None:
        both = senders(provider)
        await both.send(content(channel))
        await both.close()

    asyncio.run(scenario())

    assert provider.paths() == [path]


@pytest.mark.parametrize("channel", list(Channel))
def test_a_provider_that_is_not_configured_is_named_by_its_channel(channel: Channel) -> None:
    none = Senders(
        twilio=make_twilio_sender(
            account_sid=None,
            auth_token=None,
            whatsapp_from=None,
            sms_from=None,
            public_base_url="https://caravan.example.org",
        ),
        telegram=make_telegram_sender(token=None),
    )

    with pytest.raises(SendError, match=channel.value) as caught:
        asyncio.run(none.send(content(channel)))

    assert caught.value.code == "not_configured"


def test_telegram_cannot_be_asked_what_became_of_a_message() -> None:
    none = Senders(twilio=None, telegram=None)

    assert [channel for channel in Channel if none.can_reconcile(channel)] == [Channel.WHATSAPP, Channel.SMS]
    with pytest.raises(SendError) as caught:
        asyncio.run(none.reconcile(content(Channel.TELEGRAM), created_at=NOW))
    assert caught.value.kind is FailureKind.AMBIGUOUS


def test_twilio_can_be_asked(provider: Provider) -> None:
    provider.script(twilio.listed(twilio.message()))

    async def scenario() -> str | None:
        both = senders(provider)
        result = await both.reconcile(content(Channel.WHATSAPP), created_at=NOW)
        await both.close()
        return result.provider_id if result else None

    assert asyncio.run(scenario()) == twilio.SID


def test_without_telegram_no_press_is_confirmed() -> None:
    assert asyncio.run(Senders(twilio=None, telegram=None).answer_callback("4382")) is False
