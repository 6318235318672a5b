"""The client of the turn channel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.core.bubbles import Bubble
from bot.core.messages import Button
from bot.dialogue import TurnFailed, TurnRefused, TurnReply, TurnRequest, in_order, take_turn

REQUEST = TurnRequest(
    conversation_id=3,
    turn_id=17,
    channel="whatsapp",
    text="Oui",
    payload="/affirm",
    metadata={"contact_id": 5, "location": None},
)
URLS = ("http://rasa-1.invalid", "http://rasa-2.invalid", "http://rasa-3.invalid")
MESSAGE: dict[str, Any] = {"text": "Salam", "buttons": [], "request": None, "request_title": None}


def ask(handler: Callable[[httpx.Request], httpx.Response]) -> TurnReply:
    async def run() -> TurnReply:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await take_turn(client, URLS, "turn-token", REQUEST)

    return asyncio.run(run())


def reply(*messages: dict[str, Any]) -> httpx.Response:
    body = {"messages": list(messages), "variety": "ary-Latn", "intent": "affirm", "confidence": 0.9}
    return httpx.Response(200, json=body)


def test_a_turn_is_posted_and_its_answer_read() -> None:
    seen: list[httpx.Request] = []
    buttons = [{"title": "Iyeh", "payload": "/affirm"}]
    asking = {"text": "Fin?", "buttons": buttons, "request": "location", "request_title": "Sift"}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply(MESSAGE, {**MESSAGE, "text": ""}, asking)

    assert ask(answer) == TurnReply(
        bubbles=(
            Bubble(text="Salam"),
            Bubble(
                text="Fin?",
                buttons=(Button(title="Iyeh", payload="/affirm"),),
                request="location",
                request_title="Sift",
            ),
        ),
        variety="ary-Latn",
        intent="affirm",
        confidence=0.9,
    )
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "http://rasa-1.invalid/webhooks/turn/webhook")
    assert request.headers["Authorization"] == "Bearer turn-token"
    assert json.loads(request.content) == {
        "conversation_id": "3",
        "turn_id": "17",
        "channel": "whatsapp",
        "text": "Oui",
        "payload": "/affirm",
        "metadata": {"contact_id": 5, "location": None},
    }


@pytest.mark.parametrize("status", [401, 422])
def test_what_is_refused_is_not_tried_again(status: int) -> None:
    with pytest.raises(TurnRefused, match=str(status)) as refused:
        ask(lambda request: httpx.Response(status))
    assert not refused.value.retryable


@pytest.mark.parametrize("status", [202, 302, 404, 409, 500, 503])
def test_any_other_answer_may_be_better_next_time(status: int) -> None:
    with pytest.raises(TurnFailed, match=str(status)) as failed:
        ask(lambda request: httpx.Response(status))
    assert failed.value.retryable


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_an_assistant_that_is_not_reached_may_be_reached_later(error: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("Salam +212612345678", request=request)

    with pytest.raises(TurnFailed, match=error.__name__) as failed:
        ask(fail)
    assert failed.value.retryable
    assert "+212" not in str(failed.value)


@pytest.mark.parametrize("messages", [(), ({**MESSAGE, "text": ""},)])
def test_an_assistant_that_says_nothing_is_an_error(messages: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(TurnRefused, match="said nothing"):
        ask(lambda request: reply(*messages))


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"messages": []}', '{"messages": [{}]}'])
def test_an_answer_that_is_no_answer_may_be_better_next_time(answer: str) -> None:
    with pytest.raises(TurnFailed, match="not readable"):
        ask(lambda request: httpx.Response(200, text=answer))


def test_a_conversation_always_asks_the_same_process_first() -> None:
    for conversation in range(6):
        asked = in_order(URLS, conversation)
        assert asked[0] == URLS[conversation % 3]
        assert sorted(asked) == sorted(URLS)


def test_where_nobody_listens_the_next_process_gets_the_turn() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        if len(seen) == 1:
            raise httpx.ConnectError("refused", request=request)
        return reply(MESSAGE)

    assert ask(answer).variety == "ary-Latn"
    assert seen == ["rasa-1.invalid", "rasa-2.invalid"]


def test_a_turn_that_may_be_running_is_given_to_nobody_else() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        raise httpx.ReadTimeout("silence", request=request)

    with pytest.raises(TurnFailed):
        ask(answer)
    assert seen == ["rasa-1.invalid"]


def test_where_no_process_listens_the_turn_has_failed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(TurnFailed):
        ask(answer)
