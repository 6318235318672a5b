"""Fetching what people attach to their messages: from Twilio with the account's password, from Telegram by the file's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from telegram.error import TelegramError

from bot.channels.connections import keep_private, uses_proxies
from bot.channels.errors import ChannelError, FailureKind
from bot.channels.telegram_api import BotApi, classify
from bot.channels.twilio_http import PRODUCTION
from bot.core.media_rules import MAX_BYTES, plain_type, shown_as
from bot.core.messages import Channel

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_DOMAIN = ".twilio.com"
_LATER = frozenset({408, 425, 429})


class MediaRefused(ChannelError):
    """An attachment that is not kept; ``reason`` is "too_large", "type", "address" or "gone"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the attachment is not kept: {reason}")
        self.reason = reason


class MediaUnavailable(ChannelError):
    """The provider did not give an attachment; it may later."""

    retryable = True


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An attachment. ``content_type`` is one that is kept, without parameters."""

    content: bytes
    content_type: str


class MediaSource(Protocol):
    """Where the attachments of some channels are."""

    async def fetch(self, reference: str, content_type: str) -> Fetched:
        """The attachment that a message names. Raises MediaRefused or MediaUnavailable."""

    async def close(self) -> None:
        """Close the connections."""


class TwilioMedia:
    """Attachments at Twilio. Nothing is fetched from any other host than Twilio's, or ``api_base_url`` where it stands in for it."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        api_base_url: str = PRODUCTION,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        keep_private()
        self._base = api_base_url.rstrip("/")
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        # The file itself lies at a signed address elsewhere; the password is not sent there.
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT, follow_redirects=True, trust_env=uses_proxies(self._base), transport=transport
        )

    async def fetch(self, reference: str, content_type: str) -> Fetched:
        """The attachment at the address ``reference``; its type is what Twilio's answer says."""
        try:
            async with self._client.stream("GET", self._address(reference), auth=self._auth) as answer:
                _check_status(answer.status_code)
                found = plain_type(answer.headers.get("content-type", content_type))
                _check_type(found)
                return Fetched(content=await _read(answer), content_type=found)
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            raise MediaUnavailable(type(failed).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _address(self, reference: str) -> str:
        parts = urlsplit(reference)
        if reference.startswith(f"{self._base}/"):
            return reference
        if parts.scheme != "https" or not (parts.hostname or "").endswith(_DOMAIN):
            raise MediaRefused("address")
        if self._base == PRODUCTION:
            return reference
        return f"{self._base}{parts.path}"


class TelegramMedia:
    """Attachments at Telegram. The type is what the message says, because the file's own answer says nothing of it."""

    def __init__(self, bot: BotApi) -> None:
        self._bot = bot

    async def fetch(self, reference: str, content_type: str) -> Fetched:
        """The file with the id ``reference``."""
        found = plain_type(content_type)
        _check_type(found)
        try:
            file = await self._bot.get_file(reference)
            if (file.file_size or 0) > MAX_BYTES:
                raise MediaRefused("too_large")
            content = bytes(await file.download_as_bytearray())
        except TelegramError as error:
            failure = classify(error)
            if failure.kind in {FailureKind.CONTENT, FailureKind.PERMANENT, FailureKind.SUPPRESS}:
                raise MediaRefused("gone") from None
            raise MediaUnavailable(failure.code) from None
        if len(content) > MAX_BYTES:
            raise MediaRefused("too_large")
        return Fetched(content=content, content_type=found)

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.close_connections()


class MediaSources:
    """All sources behind one: the channel decides."""

    def __init__(self, *, twilio: MediaSource | None, telegram: MediaSource | None) -> None:
        self._twilio = twilio
        self._telegram = telegram

    async def fetch(self, channel: Channel, reference: str, content_type: str) -> Fetched:
        """As :meth:`MediaSource.fetch`; MediaRefused where the provider is not configured (any more)."""
        source = self._telegram if channel is Channel.TELEGRAM else self._twilio
        if source is None:
            raise MediaRefused("address")
        return await source.fetch(reference, content_type)

    async def close(self) -> None:
        """Close all connections."""
        for source in (self._twilio, self._telegram):
            if source is not None:
                await source.close()


def _check_type(content_type: str) -> None:
    if shown_as(content_type) is None:
        raise MediaRefused("type")


def _check_status(status: int) -> None:
    if status in _LATER or status >= 500:
        raise MediaUnavailable(f"HTTP {status}")
    if status != httpx.codes.OK:
        raise MediaRefused("gone")


async def _read(answer: httpx.Response) -> bytes:
    """The body, unless it is too large: then no more than the limit is read."""
    announced = answer.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BYTES:
        raise MediaRefused("too_large")
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > MAX_BYTES:
            raise MediaRefused("too_large")
    return bytes(content)
