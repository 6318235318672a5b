"""Telegram's side of the tests: what its API answers, and messages to send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from bot.channels.errors import SendError
from bot.channels.telegram_api import BotApi, make_bot
from bot.channels.telegram_outbound import TelegramSender
from bot.core.messages import (
    Button,
    Channel,
    OutboundContent,
    SendResult,
)

from .provider import Reply

TOKEN = "7770001:a-token-for-tests"
CHAT = 5550001
SEND = f"/telegram/bot{TOKEN}/sendMessage"
BUTTONS = (
    Button(title="Oui", payload="/affirm"),
    Button(title="Oulmès", payload='/inform{"choice": "stop:17"}'),
)
Result = TypeVar("Result")


def taken(message_id: int = 31) -> Reply:
    chat = {"id": CHAT, "type": "private", "first_name": "Yassine"}
    result = {"message_id": message_id, "date": 1795000400, "chat": chat, "text": "…"}
    return Reply(body={"ok": True, "result": result})


def refused(status: int, description: str, **parameters: Any) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Reply(status=status, body=body | ({"parameters": parameters} if parameters else {}))


def content(**changes: Any) -> OutboundContent:
    values: dict[str, Any] = {
        "channel": Channel.TELEGRAM,
        "address": str(CHAT),
        "text": "Bonjour *toi* <b>",
        "outbound_id": 41,
    }
    return OutboundContent(**(values | changes))


def with_bot(url: str, use: Callable[[BotApi], Awaitable[Result]], *, timeout: float = 5.0) -> Result:
    async def scenario() -> Result:
        bot = make_bot(token=TOKEN, api_base_url=f"{url}/telegram", timeout=timeout)
        try:
            return await use(bot)
        finally:
            await bot.close_connections()

    return asyncio.run(scenario())


def send(url: str, outbound: OutboundContent, *, timeout: float = 5.0) -> SendResult:
    return with_bot(url, lambda bot: TelegramSender(bot).send(outbound), timeout=timeout)


def failure(url: str, outbound: OutboundContent, *, timeout: float = 5.0) -> SendError:
    with pytest.raises(SendError) as caught:
        send(url, outbound, timeout=timeout)
    return caught.value
