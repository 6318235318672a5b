"""The client of the turn channel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.core.bubbles import Bubble
from bot.core.messages import Button
from bot.dialogue import (
    Answer,
    KeptPosts,
    NobodyListens,
    TurnFailed,
    TurnRefused,
    TurnReply,
    TurnRequest,
    in_order,
    take_turn,
)
from tests.assistant import Asked, FakeAssistant, answers, fails

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


def ask(answer: Callable[[Asked], Answer]) -> TurnReply:
    return asyncio.run(take_turn(FakeAssistant(answer=answer), URLS, "turn-token", REQUEST))


def reply(*messages: dict[str, Any]) -> Answer:
    return answers({"messages": list(messages), "variety": "ary-Latn", "intent": "affirm", "confidence": 0.9})


def test_a_turn_is_posted_and_its_answer_read() -> None:
    seen: list[Asked] = []
    buttons = [{"title": "Iyeh", "payload": "/affirm"}]
    asking = {"text": "Fin?", "buttons": buttons, "request": "location", "request_title": "Sift"}

    def answer(asked: Asked) -> Answer:
        seen.append(asked)
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
    assert request.url == "http://rasa-1.invalid/webhooks/turn/webhook"
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
        ask(lambda asked: fails(status))
    assert not refused.value.retryable


@pytest.mark.parametrize("status", [202, 302, 404, 409, 500, 503])
def test_any_other_answer_may_be_better_next_time(status: int) -> None:
    with pytest.raises(TurnFailed, match=str(status)) as failed:
        ask(lambda asked: fails(status))
    assert failed.value.retryable


@pytest.mark.parametrize("messages", [(), ({**MESSAGE, "text": ""},)])
def test_an_assistant_that_says_nothing_is_an_error(messages: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(TurnRefused, match="said nothing"):
        ask(lambda asked: reply(*messages))


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"messages": []}', '{"messages": [{}]}'])
def test_an_answer_that_is_no_answer_may_be_better_next_time(answer: str) -> None:
    with pytest.raises(TurnFailed, match="not readable"):
        ask(lambda asked: Answer(status=200, content=answer.encode()))


def test_a_conversation_always_asks_the_same_process_first() -> None:
    for conversation in range(6):
        asked = in_order(URLS, conversation)
        assert asked[0] == URLS[conversation % 3]
        assert sorted(asked) == sorted(URLS)


def test_where_nobody_listens_the_next_process_gets_the_turn() -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked.url)
        if len(seen) == 1:
            raise NobodyListens
        return reply(MESSAGE)

    assert ask(answer).variety == "ary-Latn"
    assert [url.partition(".")[0] for url in seen] == ["http://rasa-1", "http://rasa-2"]


def test_a_turn_that_may_be_running_is_given_to_nobody_else() -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked.url)
        raise TurnFailed("silence")

    with pytest.raises(TurnFailed, match="silence"):
        ask(answer)
    assert len(seen) == 1


def test_where_no_process_listens_the_turn_has_failed() -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked.url)
        raise NobodyListens

    with pytest.raises(TurnFailed, match="nobody listens") as failed:
        ask(answer)
    assert failed.value.retryable
    assert len(seen) == len(URLS)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def posted(serve: Serve, *, times: int = 1, read_seconds: float = 10.0) -> list[Answer]:
    """What real POSTs bring back from a server on this machine."""

    ends: list[asyncio.Event] = []

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(asyncio.Event())
        await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ends[-1].set()

    async def scenario() -> list[Answer]:
        server = await asyncio.start_server(until_closed, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks/turn/webhook"
        posts = KeptPosts(aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=read_seconds))
        try:
            return [await posts(url, headers={"X-Asked": "yes"}, content=b"Salam") for _ in range(times)]
        finally:
            await posts.close()
            server.close()
            await asyncio.gather(*(end.wait() for end in ends))

    return asyncio.run(scenario())


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """Head and body, whose length is known."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(len(b"Salam"))


def test_requests_go_out_over_one_connection_and_bring_back_whatever_comes() -> None:
    seen: list[list[bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append([])
        for status in (b"302 Found\r\nLocation: /elsewhere", b"503 Busy"):
            seen[-1].append(await request_of(reader))
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nOK")

    found = posted(serve, times=2)
    assert found == [Answer(status=302, content=b"OK"), Answer(status=503, content=b"OK")]
    ((first, second),) = seen
    assert first == second
    assert first.startswith(b"POST /webhooks/turn/webhook HTTP/1.1\r\n")
    assert b"X-Asked: yes" in first
    assert first.endswith(b"Salam")


def test_where_nobody_listens_that_is_said() -> None:
    async def scenario() -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        posts = KeptPosts()
        try:
            with pytest.raises(NobodyListens):
                await posts(f"http://127.0.0.1:{port}/", headers={}, content=b"")
        finally:
            await posts.close()

    asyncio.run(scenario())


async def _hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)


async def _talks_of_something_else(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    writer.write(b"Salam +212612345678\r\n\r\n")


async def _stops_in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nSalam")


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    await reader.read()


@pytest.mark.parametrize("serve", [_hangs_up, _talks_of_something_else, _stops_in_the_middle, _says_nothing])
def test_what_is_not_answered_may_be_running_and_is_no_case_of_nobody_listening(serve: Serve) -> None:
    with pytest.raises(TurnFailed, match="was not reached") as failed:
        posted(serve, read_seconds=0.3)
    assert not isinstance(failed.value, NobodyListens)
    assert failed.value.retryable
    assert "+212" not in str(failed.value)
