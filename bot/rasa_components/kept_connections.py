"""Rasa asks the action server over connections that are kept, with a client of a few lines: that takes a third of what aiohttp takes."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientConnectionError
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import ClientResponseError

KEPT_SECONDS = 3.0
"""The action server closes what is idle for five."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class KeptConnections:
    """Connections to one HTTP server of this product, as many as are needed at once. All is done in one event loop."""

    def __init__(self, url: str, *, patience: float = DEFAULT_REQUEST_TIMEOUT) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname, place.port
        self._start = (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        )
        self._patience = patience
        self._idle: list[tuple[float, Connection]] = []

    async def request(self, *, json: Any, **options: Any) -> Any:
        """What the server answers to this JSON. The options that Rasa passes beside it are always the same.

        Raises ClientResponseError where it is an error, and ClientConnectionError where none came: it is not known then whether the
        server did anything.
        """
        body = _written(json)
        try:
            status, content = await self._exchange(
                f"{self._start}Content-Length: {len(body)}\r\n\r\n".encode() + body
            )
        except (OSError, EOFError) as lost:
            raise ClientConnectionError(type(lost).__name__) from lost
        if status >= HTTPStatus.BAD_REQUEST:
            raise ClientResponseError(status, HTTPStatus(status).phrase, content)
        return _read(content)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        reader, writer = self._kept(loop.time()) or await asyncio.open_connection(self._host, self._port)
        given_up = loop.call_later(self._patience, writer.transport.abort)
        answered = False
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            content = await reader.readexactly(length)
            answered = b"connection: close" not in head
        finally:
            given_up.cancel()
            if answered:
                self._idle.append((loop.time(), (reader, writer)))
            else:
                writer.transport.abort()
        return int(head.split(b" ", 2)[1]), content

    def _kept(self, now: float) -> Connection | None:
        """The connection that was used last; those that are closed or were idle for too long are let go."""
        while self._idle:
            since, (reader, writer) = self._idle.pop()
            if now - since < KEPT_SECONDS and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.transport.abort()
        return None


def keep_connections(endpoint: Any) -> None:
    """From now on the requests to this endpoint are made so."""
    endpoint.request = KeptConnections(endpoint.url).request


def _written(content: Any) -> bytes:
    return json.dumps(content).encode()


def _read(content: bytes) -> Any:
    return json.loads(content)
