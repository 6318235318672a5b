"""Stands in for Twilio's API: takes every message at once and remembers when the product called for whom."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from urllib.parse import parse_qs


class Provider:
    """Listens on a port of this machine. ``called`` maps a phone to whoever waits for the next call for it."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[None]] = {}
        self._server: asyncio.Server | None = None
        self._callers: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def open(self, port: int) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._callers):
            writer.close()
        await asyncio.gather(*(task for task in self._callers.values() if task), return_exceptions=True)

    def next_call(self, phone: str) -> asyncio.Future[None]:
        """Done when the product sends something to this phone."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting[phone] = future
        return future

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers[writer] = asyncio.current_task()
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next(
                    (
                        int(line[15:])
                        for line in head.split("\r\n")
                        if line.lower().startswith("content-length:")
                    ),
                    0,
                )
                body = (await reader.readexactly(length)).decode() if length else ""
                writer.write(self._answer(head, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller has gone
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._callers.pop(writer, None)

    def _answer(self, head: str, body: str) -> bytes:
        if "/Messages.json" not in head.split("\r\n", 1)[0] or not head.startswith("POST"):
            # No content templates: choices become numbered lines.
            return _response("404 Not Found", {"code": 20404, "message": "not found", "status": 404})
        phone = parse_qs(body).get("To", [""])[0].removeprefix("whatsapp:")
        waiter = self.waiting.pop(phone, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        return _response("201 Created", {"sid": f"SM{secrets.token_hex(16)}", "status": "queued"})


def _response(status: str, content: object) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
