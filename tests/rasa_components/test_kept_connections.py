"""Rasa's client for the action server, with a server that answers as the test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientConnectionError
from rasa.utils.endpoints import ClientResponseError

from bot.rasa_components import kept_connections
from bot.rasa_components.kept_connections import KeptConnections, keep_connections

Talk = Callable[["Server", KeptConnections], Awaitable[None]]


class Server:
    """``answers`` are given one after the other, the last one again and again; None hangs up. ``asked`` are the requests, each with the
    number of its connection."""

    def __init__(self) -> None:
        self.answers: list[bytes | None] = [answer({})]
        self.asked: list[tuple[int, bytes, Any]] = []
        self.talks: list[asyncio.Task[None] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append(asyncio.current_task())
        number = len(self.talks)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
                self.asked.append((number, head, json.loads(await reader.readexactly(length))))
                given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if given is None:
                    break
                writer.write(given)
        except asyncio.IncompleteReadError:
            pass
        writer.close()
        await writer.wait_closed()


def answer(content: Any, *, status: str = "200 OK", more: str = "") -> bytes:
    body = json.dumps(content, ensure_ascii=False).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def run(talk: Talk, *, patience: float = 10.0) -> Server:
    """Let ``talk`` use a client of a server."""
    server = Server()

    async def served() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        client = KeptConnections(f"http://127.0.0.1:{port}/webhook", patience=patience)
        try:
            await asyncio.wait_for(talk(server, client), 10.0)
        finally:
            for _, (_, writer) in client._idle:
                writer.close()
            await asyncio.gather(*filter(None, server.talks))
            listening.close()

    asyncio.run(served())
    return server


def test_requests_one_after_the_other_share_a_connection() -> None:
    async def talk(server: Server, client: KeptConnections) -> None:
        server.answers = [answer({"words": "فابور"}), answer([2])]
        assert await client.request(json={"a": "é"}, method="post", timeout=1, compress=False) == {
            "words": "فابور"
        }
        assert await client.request(json=[1]) == [2]

    server = run(talk)
    assert [(number, content) for number, _, content in server.asked] == [(1, {"a": "é"}), (1, [1])]
    assert server.asked[0][1].startswith(b"POST /webhook HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in server.asked[0][1]


def test_requests_at_once_have_a_connection_each() -> None:
    async def talk(server: Server, client: KeptConnections) -> None:
        await asyncio.gather(*(client.request(json=number) for number in range(3)))
        await client.request(json=3)

    server = run(talk)
    assert sorted(content for _, _, content in server.asked) == [0, 1, 2, 3]
    assert len({number for number, _, _ in server.asked}) == 3


def test_an_error_is_raised_with_what_was_said() -> None:
    async def talk(server: Server, client: KeptConnections) -> None:
        server.answers = [answer({"error": "x"}, status="400 Bad Request"), answer("good")]
        with pytest.raises(ClientResponseError) as failed:
            await client.request(json=1)
        assert (failed.value.status, json.loads(failed.value.text)) == (400, {"error": "x"})
        assert await client.request(json=2) == "good"

    assert len({number for number, _, _ in run(talk).asked}) == 1


@pytest.mark.parametrize("given", [None, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_an_answer_that_does_not_come_is_no_answer(given: bytes | None) -> None:
    async def talk(server: Server, client: KeptConnections) -> None:
        server.answers = [given]
        with pytest.raises(ClientConnectionError):
            await client.request(json=1)
        server.answers = [answer("good")]
        assert await client.request(json=2) == "good"

    if given is None:
        assert [number for number, _, _ in run(talk).asked] == [1, 2]
    else:
        run(talk, patience=0.05)


def test_nobody_listens() -> None:
    async def talk() -> None:
        with pytest.raises(ClientConnectionError):
            await KeptConnections("http://127.0.0.1:1/webhook").request(json=1)

    asyncio.run(talk())


def test_what_the_server_closes_is_not_used_again() -> None:
    async def talk(server: Server, client: KeptConnections) -> None:
        server.answers = [answer(1, more="Connection: close\r\n"), answer(2)]
        assert [await client.request(json=number) for number in (1, 2)] == [1, 2]

    assert [number for number, _, _ in run(talk).asked] == [1, 2]


def test_what_was_idle_for_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_connections, "KEPT_SECONDS", 0.0)

    async def talk(server: Server, client: KeptConnections) -> None:
        for number in (1, 2):
            await client.request(json=number)

    assert [number for number, _, _ in run(talk).asked] == [1, 2]


def test_an_endpoint_is_asked_so() -> None:
    endpoint = SimpleNamespace(url="http://127.0.0.1:1/webhook")
    keep_connections(endpoint)
    with pytest.raises(ClientConnectionError):
        asyncio.run(endpoint.request(json={}, method="post"))
