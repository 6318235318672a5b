"""Fetching updates, and telling Telegram how they shall come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from bot.channels import telegram_poll, telegram_setup
from bot.channels.errors import FailureKind, SendError
from bot.channels.telegram_api import ALLOWED_UPDATES, BotApi

from . import payloads
from .provider import Drop, Provider, Reply
from .telegram_calls import TOKEN, refused, with_bot


class Pauses:
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def batch(*updates: Mapping[str, Any]) -> Reply:
    return Reply(body={"ok": True, "result": list(updates)})


def fetch(
    provider: Provider, count: int, *, offset: int | None = None, pauses: Pauses | None = None
) -> list[Mapping[str, Any]]:
    async def use(bot: BotApi) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        updates = telegram_poll.updates(bot, offset=offset, wait=1, pause=pauses or Pauses())
        async with aclosing(updates) as stream:
            async for update in stream:
                found.append(update)
                if len(found) == count:
                    break
        return found

    return with_bot(provider.url, use)


def test_updates_come_as_they_are_and_are_confirmed_after_they_were_taken(provider: Provider) -> None:
    first, second = payloads.telegram("unknown_fields"), payloads.telegram("callback_query")
    third = payloads.telegram("blocked")
    provider.script(batch(first, second), batch(third))

    assert fetch(provider, 3) == [first, second, third]

    assert [call.form.get("offset") for call in provider.calls] == [None, "800121"]
    assert provider.calls[0].path == f"/telegram/bot{TOKEN}/getUpdates"
    assert json.loads(provider.calls[0].form["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert provider.calls[0].form["timeout"] == "1"


def test_a_kept_offset_is_used(provider: Provider) -> None:
    provider.script(batch(payloads.telegram("text")))

    fetch(provider, 1, offset=800100)

    assert provider.calls[0].form["offset"] == "800100"


def test_failures_are_waited_out(provider: Provider) -> None:
    provider.script(
        Drop(),
        refused(502, "Bad Gateway"),
        refused(429, "slow", retry_after=9),
        refused(409, "Conflict: terminated by other getUpdates request"),
        batch(),
        batch(payloads.telegram("text")),
    )
    pauses = Pauses()

    assert len(fetch(provider, 1, pauses=pauses)) == 1
    assert pauses.seconds == [2.0, 4.0, 9.0, 16.0, 0.5]


@pytest.mark.parametrize(
    "answer",
    [
        refused(401, "Unauthorized"),
        refused(409, "Conflict: can't use getUpdates method while webhook is active"),
    ],
)
def test_what_waiting_cannot_help_is_raised(provider: Provider, answer: Reply) -> None:
    provider.script(answer)

    with pytest.raises(SendError) as caught:
        fetch(provider, 1)

    assert caught.value.kind is FailureKind.CONTENT


def test_the_webhook_is_set_with_its_secret(provider: Provider) -> None:
    provider.script(Reply(body={"ok": True, "result": True}))

    async def use(bot: BotApi) -> str:
        return await telegram_setup.use_webhook(
            bot, public_base_url="https://caravan.example.org/", secret="a_secret"
        )

    assert with_bot(provider.url, use) == "https://caravan.example.org/webhooks/telegram"
    form = provider.calls[0].form
    assert form["url"] == "https://caravan.example.org/webhooks/telegram"
    assert form["secret_token"] == "a_secret"
    assert json.loads(form["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert "drop_pending_updates" not in form


def test_polling_removes_the_webhook(provider: Provider) -> None:
    provider.script(Reply(body={"ok": True, "result": True}))

    with_bot(provider.url, telegram_setup.use_polling)

    assert provider.calls[0].path.endswith("/deleteWebhook")


@pytest.mark.parametrize("use", ["webhook", "polling"])
def test_a_setup_that_is_refused_is_a_typed_error(provider: Provider, use: str) -> None:
    provider.script(refused(401, "Unauthorized"))

    async def set_up(bot: BotApi) -> None:
        if use == "webhook":
            await telegram_setup.use_webhook(bot, public_base_url="https://caravan.example.org", secret="s")
        else:
            await telegram_setup.use_polling(bot)

    with pytest.raises(SendError) as caught:
        with_bot(provider.url, set_up)

    assert caught.value.code == "invalid_token"
