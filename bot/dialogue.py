"""Client of Rasa's turn channel: one turn in, what the assistant says out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.core.bubbles import Bubble
from bot.core.errors import AnaM3akError
from bot.core.messages import Button

TIMEOUT = httpx.Timeout(30.0, connect=3.0)


class TurnFailed(AnaM3akError):
    """The assistant did not finish the turn. The same turn may be posted again: it runs once."""

    retryable = True


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


def in_order(urls: Sequence[str], conversation_id: int) -> list[str]:
    """The assistant's processes in the order in which a conversation asks them: always the same one first, the next if it is down."""
    start = conversation_id % len(urls)
    return [*urls[start:], *urls[:start]]


async def take_turn(
    client: httpx.AsyncClient, urls: Sequence[str], token: str, request: TurnRequest
) -> TurnReply:
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
    answer = await _posted(client, in_order(urls, request.conversation_id), token, body)
    if answer.status_code in (401, 422):
        raise TurnRefused(f"the assistant answered {answer.status_code}")
    if answer.status_code != httpx.codes.OK:
        raise TurnFailed(f"the assistant answered {answer.status_code}")
    try:
        reply = _reply(answer.json())
    except (ValueError, KeyError, TypeError) as unreadable:
        raise TurnFailed(
            f"the assistant's answer was not readable: {type(unreadable).__name__}"
        ) from unreadable
    if not reply.bubbles:
        raise TurnRefused("the assistant said nothing")
    return reply


async def _posted(
    client: httpx.AsyncClient, urls: Sequence[str], token: str, body: Mapping[str, Any]
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    for left, url in zip(reversed(range(len(urls))), urls, strict=True):
        try:
            return await client.post(
                f"{url}/webhooks/turn/webhook", json=body, headers=headers, timeout=TIMEOUT
            )
        except httpx.ConnectError as failed:
            if not left:
                raise TurnFailed("the assistant was not reached: ConnectError") from failed
        except httpx.HTTPError as failed:
            raise TurnFailed(f"the assistant was not reached: {type(failed).__name__}") from failed
    raise TurnFailed("no process of the assistant is configured")


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
