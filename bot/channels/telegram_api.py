"""The Bot API's client: the package's bot without its update machinery, and how its failures read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.connections import keep_private, uses_proxies
from bot.channels.errors import SERVER_ERROR, FailureKind, SendError

PRODUCTION = "https://api.telegram.org"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
"""All that is asked for: no edits, no groups' affairs."""

_CONNECT_SECONDS = 5.0
_POOL_SECONDS = 5.0
_CONNECTIONS = 16
_THROTTLED_SECONDS = 5.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_UNREACHABLE = ("chat not found", "user not found", "peer_id_invalid", "chat_id_invalid")


class Throttled(TelegramError):
    """Telegram asks to wait ``seconds``. The package's own error warns about its units whenever made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry in {seconds:g} s")
        self.seconds = seconds


class ServerFailed(NetworkError):
    """Telegram's server answered with an error of its own."""


class Connection(HTTPXRequest):
    """The package's connection, which tells failures apart by status before their text is read or logged."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """One HTTP request. Raises Throttled for a 429 and ServerFailed for a 5xx."""
        status, body = await super().do_request(*args, **kwargs)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Throttled(_retry_after(body))
        if status >= 500:
            raise ServerFailed(f"HTTP {status}")
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON. Raises TelegramError, and unlike the package logs nothing of the payload."""
        answer = _json(payload)
        if answer is None:
            raise TelegramError("the answer is no JSON object")
        return answer


class BotApi(ExtBot[None]):
    """The Bot API for one token. Nothing is called at start: the provider may be down then."""

    async def raw_updates(
        self, *, offset: int | None, wait: int, allowed: Sequence[str] = ALLOWED_UPDATES
    ) -> list[dict[str, Any]]:
        """New updates as Telegram gives them, after at most ``wait`` seconds. Raises TelegramError."""
        data: dict[str, Any] = {"timeout": wait, "allowed_updates": list(allowed)}
        if offset is not None:
            data["offset"] = offset
        updates = await self._post("getUpdates", data, read_timeout=wait + 10.0)
        return [update for update in updates if isinstance(update, dict)] if isinstance(updates, list) else []

    async def close_connections(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(connection.shutdown() for connection in self._request))


def make_bot(*, token: str, api_base_url: str = PRODUCTION, timeout: float = 10.0) -> BotApi:
    """A bot that talks to ``api_base_url``; ``timeout`` is in seconds. Raises SendError for a blank token."""
    if not token:
        raise SendError(kind=FailureKind.CONTENT, code="not_configured", detail="TELEGRAM_BOT_TOKEN is blank")
    keep_private()
    base = api_base_url.rstrip("/")
    return BotApi(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=_connection(base, timeout, _CONNECTIONS),
        get_updates_request=_connection(base, timeout, 1),
    )


def _connection(base: str, timeout: float, size: int) -> Connection:
    return Connection(
        connection_pool_size=size,
        connect_timeout=min(timeout, _CONNECT_SECONDS),
        read_timeout=timeout,
        write_timeout=timeout,
        pool_timeout=_POOL_SECONDS,
        httpx_kwargs={"trust_env": uses_proxies(base)},
    )


def classify(error: TelegramError) -> SendError:
    """The typed error for what the package raised."""
    if isinstance(error, Throttled):
        return SendError(kind=FailureKind.RETRY, code="429", retry_after=error.seconds)
    if isinstance(error, RetryAfter):
        return SendError(kind=FailureKind.RETRY, code="429", retry_after=_as_seconds(error.retry_after))
    if isinstance(error, Forbidden):
        return SendError(kind=FailureKind.SUPPRESS, code="forbidden", detail=error.message)
    if isinstance(error, BadRequest):
        gone = any(phrase in error.message.lower() for phrase in _UNREACHABLE)
        kind = FailureKind.PERMANENT if gone else FailureKind.CONTENT
        return SendError(kind=kind, code="bad_request", detail=error.message)
    if isinstance(error, ServerFailed):
        return SendError(kind=FailureKind.AMBIGUOUS, code=SERVER_ERROR, detail=error.message)
    if isinstance(error, ChatMigrated):
        return SendError(kind=FailureKind.PERMANENT, code="migrated")
    if isinstance(error, InvalidToken):
        return SendError(kind=FailureKind.CONTENT, code="invalid_token")
    if isinstance(error, Conflict):
        return SendError(kind=FailureKind.CONTENT, code="conflict", detail=error.message)
    return _transport_failure(error)


def _transport_failure(error: TelegramError) -> SendError:
    cause = error.__cause__
    name = type(cause or error).__name__
    if isinstance(cause, _NOT_SENT):
        return SendError(kind=FailureKind.RETRY, code="connect", detail=name)
    if isinstance(cause, httpx.UnsupportedProtocol):
        return SendError(kind=FailureKind.CONTENT, code="address", detail=name)
    if isinstance(cause, httpx.TimeoutException):
        return SendError(kind=FailureKind.AMBIGUOUS, code="timeout", detail=name)
    if isinstance(cause, httpx.HTTPError):
        return SendError(kind=FailureKind.AMBIGUOUS, code="dropped", detail=name)
    return SendError(kind=FailureKind.AMBIGUOUS, code="server", detail=name)


def _retry_after(body: bytes) -> float:
    parameters = (_json(body) or {}).get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, Mapping) else None
    return float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else _THROTTLED_SECONDS


def _as_seconds(value: int | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        # Proxies answer in HTML; the status has said what there is to know.
        return None
    return answer if isinstance(answer, dict) else None
