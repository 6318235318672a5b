"""A small HTTP client over kept connections: it has to cost the machine far less than what it measures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
IDLE_SECONDS = 3.0
"""Servers close what has been idle for five; a connection that was idle for longer than this is not used again."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status and body."""

    status: int
    body: bytes


class Wire:
    """Connections to one port of this machine, as many as are needed at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[float, Connection]] = []

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request. Raises OSError and asyncio.IncompleteReadError."""
        reader, writer = connection = self._kept() or await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer, keep = await _read(reader)
        if keep:
            self._idle.append((time.monotonic(), connection))
        else:
            writer.close()
        return answer

    def _kept(self) -> Connection | None:
        """The connection that was used last; those that were idle for too long are closed."""
        while self._idle:
            since, connection = self._idle.pop()
            if time.monotonic() - since < IDLE_SECONDS:
                return connection
            connection[1].close()
        return None

    async def close(self) -> None:
        """Close what is idle."""
        for _, (_, writer) in self._idle:
            writer.close()
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length, keep = 0, "connection: close" not in head
    if "transfer-encoding: chunked" in head:
        return Answer(status=status, body=await _chunks(reader)), keep
    for line in head.split("\r\n"):
        if line.startswith("content-length:"):
            length = int(line.partition(":")[2])
    return Answer(status=status, body=await reader.readexactly(length)), keep


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body
