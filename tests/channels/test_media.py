"""Fetching attachments: with the password and from the provider only, within the limits."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable

import httpx
import pytest

from bot.channels.media import (
    Fetched,
    MediaRefused,
    MediaSources,
    MediaUnavailable,
    TelegramMedia,
    TwilioMedia,
)
from bot.core.media_rules import MAX_BYTES
from bot.core.messages import Channel

from . import telegram_calls as telegram
from .provider import Provider, Reply

URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
Answer = Callable[[httpx.Request], httpx.Response]


def fetch(answer: Answer, url: str = URL, *, base: str = "https://api.twilio.com") -> Fetched:
    async def scenario() -> Fetched:
        source = TwilioMedia(
            account_sid="AC1",
            auth_token="token",
            api_base_url=base,
            transport=httpx.MockTransport(answer),
        )
        try:
            return await source.fetch(url, "audio/ogg")
        finally:
            await source.close()

    return asyncio.run(scenario())


def voice(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"OggS", headers={"content-type": "audio/ogg; codecs=opus"})


def test_an_attachment_is_fetched_with_the_password_which_stays_with_twilio() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "api.twilio.com":
            return httpx.Response(307, headers={"location": "https://media.example.org/signed"})
        return voice(request)

    assert fetch(answer) == Fetched(content=b"OggS", content_type="audio/ogg")
    expected = "Basic " + base64.b64encode(b"AC1:token").decode()
    assert [request.headers.get("authorization") for request in asked] == [expected, None]


def test_with_a_stand_in_it_is_fetched_there() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return voice(request)

    fetch(answer, base="http://127.0.0.1:9/twilio")
    fetch(answer, "http://127.0.0.1:9/twilio/x", base="http://127.0.0.1:9/twilio")
    assert asked == [f"http://127.0.0.1:9/twilio{httpx.URL(URL).path}", "http://127.0.0.1:9/twilio/x"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://twilio.com.example.org/x",
        "file:///etc/passwd",
        "http://api.twilio.com/x",
        "",
    ],
)
def test_nothing_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(MediaRefused) as raised:
        fetch(voice, url)
    assert raised.value.reason == "address"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(200, content=b"x", headers={"content-type": "text/html"}), "type"),
        (httpx.Response(404, headers={"content-type": "audio/ogg"}), "gone"),
        (
            httpx.Response(200, headers={"content-type": "audio/ogg", "content-length": str(MAX_BYTES + 1)}),
            "too_large",
        ),
        (
            httpx.Response(200, content=b"x" * (MAX_BYTES + 1), headers={"content-type": "image/png"}),
            "too_large",
        ),
    ],
)
def test_what_is_not_kept(answer: httpx.Response, reason: str) -> None:
    with pytest.raises(MediaRefused) as raised:
        fetch(lambda request: answer)
    assert raised.value.reason == reason


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_come_later(status: int) -> None:
    with pytest.raises(MediaUnavailable):
        fetch(lambda request: httpx.Response(status))


def test_a_broken_connection_may_come_back() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with pytest.raises(MediaUnavailable):
        fetch(answer)


def telegram_file(**values: object) -> Reply:
    return Reply(body={"ok": True, "result": {"file_id": "F", "file_unique_id": "f", **values}})


def fetch_telegram(provider: Provider, content_type: str = "audio/ogg") -> Fetched:
    return telegram.with_bot(provider.url, lambda bot: TelegramMedia(bot).fetch("F", content_type))


def test_a_telegram_file_is_fetched_by_its_id(provider: Provider) -> None:
    provider.script(telegram_file(file_size=4, file_path="voice/1.oga"), Reply(body="OggS"))
    assert fetch_telegram(provider) == Fetched(content=b"OggS", content_type="audio/ogg")
    assert provider.calls[1].path.endswith("/voice/1.oga")


def test_telegrams_limits(provider: Provider) -> None:
    with pytest.raises(MediaRefused):
        fetch_telegram(provider, "text/html")
    provider.script(telegram_file(file_size=MAX_BYTES + 1, file_path="x"))
    with pytest.raises(MediaRefused):
        fetch_telegram(provider)
    provider.script(telegram.refused(400, "Bad Request: file is too big"))
    with pytest.raises(MediaRefused):
        fetch_telegram(provider)
    provider.script(Reply(status=502, body=""))
    with pytest.raises(MediaUnavailable):
        fetch_telegram(provider)


def test_without_a_provider_nothing_is_fetched() -> None:
    with pytest.raises(MediaRefused):
        asyncio.run(MediaSources(twilio=None, telegram=None).fetch(Channel.WHATSAPP, URL, "audio/ogg"))
