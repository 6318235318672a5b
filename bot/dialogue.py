"""Client of Rasa's turn channel: one turn in, what the assistant says out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from bot.core.bubbles import Bubble
from bot.core.errors import AnaM3akError
from bot.core.messages import Button

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=3.0, sock_read=30.0)
KEPT_SECONDS = 3.0
"""Rasa's server closes a connection that is idle for five."""


class TurnFailed(AnaM3akError):
    """The assistant did not finish the turn. The same turn may be posted again: it runs once."""

    retryable = True


class NobodyListens(TurnFailed):
    """Nothing of the turn has left this machine."""

    def __init__(self) -> None:
        super().__init__("the assistant was not reached: nobody listens")


class TurnRefused(AnaM3akError):
    """The turn channel does not accept this turn as it is: trying again does not help."""


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """One turn. ``metadata`` is what the actions need: contact, now, variety, location; see the turn channel."""

    conversation_id: int
    turn_id: int
    channel: str
    text: str
    payload: str | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class TurnReply:
    """What the assistant says, in which variety (BCP 47 tag, None where it said nothing), and what it understood."""

    bubbles: tuple[Bubble, ...]
    variety: str | None
    intent: str | None
    confidence: float | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back over HTTP."""

    status: int
    content: bytes


class Post(Protocol):
    """Makes a POST. Raises NobodyListens, or TurnFailed where it is not known what became of it."""

    async def __call__(self, url: str, *, headers: Mapping[str, str], content: bytes) -> Answer:
        """The answer, whatever its status."""

    async def close(self) -> None:
        """Let go of what is kept open."""


class KeptPosts:
    """POSTs over connections that are kept. The first one is made, and all of them are closed, within the same loop."""

    def __init__(self, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, url: str, *, headers: Mapping[str, str], content: bytes) -> Answer:
        """As :class:`Post` says."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        try:
            async with self._session.post(
                url, data=content, headers=headers, allow_redirects=False
            ) as answer:
                return Answer(status=answer.status, content=await answer.read())
        except aiohttp.ClientConnectorError:
            raise NobodyListens from None
        except (aiohttp.ClientError, TimeoutError) as failed:
            raise TurnFailed(f"the assistant was not reached: {type(failed).__name__}") from failed

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def in_order(urls: Sequence[str], conversation_id: int) -> list[str]:
    """The assistant's processes in the order in which a conversation asks them: always the same one first, the next if it is down."""
    start = conversation_id % len(urls)
    return [*urls[start:], *urls[:start]]


async def take_turn(post: Post, urls: Sequence[str], token: str, request: TurnRequest) -> TurnReply:
    """Post the turn to the conversation's process of the assistant. Another one gets it only where nobody listens: a turn must not run
    in two of them at once. Raises TurnFailed or TurnRefused.
    """
    body = {
        "conversation_id": str(request.conversation_id),
        "turn_id": str(request.turn_id),
        "channel": request.channel,
        "text": request.text,
        "payload": request.payload,
        "metadata": dict(request.metadata),
    }
    answer = await _posted(post, in_order(urls, request.conversation_id), token, json.dumps(body).encode())
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY):
        raise TurnRefused(f"the assistant answered {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise TurnFailed(f"the assistant answered {answer.status}")
    try:
        reply = _reply(json.loads(answer.content))
    except (ValueError, KeyError, TypeError) as unreadable:
        raise TurnFailed(
            f"the assistant's answer was not readable: {type(unreadable).__name__}"
        ) from unreadable
    if not reply.bubbles:
        raise TurnRefused("the assistant said nothing")
    return reply


async def _posted(post: Post, urls: Sequence[str], token: str, content: bytes) -> Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for url in urls:
        try:
            return await post(f"{url}/webhooks/turn/webhook", headers=headers, content=content)
        except NobodyListens:
            continue
    raise NobodyListens


def _reply(content: Mapping[str, Any]) -> TurnReply:
    return TurnReply(
        bubbles=tuple(_bubble(message) for message in content["messages"] if message["text"]),
        variety=content["variety"],
        intent=content["intent"],
        confidence=content["confidence"],
    )


def _bubble(message: Mapping[str, Any]) -> Bubble:
    return Bubble(
        text=message["text"],
        buttons=tuple(Button(title=b["title"], payload=b["payload"]) for b in message["buttons"]),
        request=message["request"],
        request_title=message["request_title"],
    )
