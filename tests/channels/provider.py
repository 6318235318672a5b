"""A provider that does as it is told: an HTTP server on loopback with scripted answers."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LONGEST_SILENCE = 5.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. ``body`` is JSON, or text as it stands."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Silence:
    """Takes the request and does not answer."""


class Drop:
    """Takes the request and breaks the connection off."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it came. ``form`` has one value a field, ``json`` is None where the body is no JSON."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {
            name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()
        }

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Provider:
    """Answers with what :meth:`script` lists, in order, and with a 418 where more is asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._script: deque[Reply | Silence | Drop] = deque()
        self._lock = threading.Lock()
        self.released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def script(self, *replies: Reply | Silence | Drop) -> None:
        self._script.extend(replies)

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, call: Call) -> Reply | Silence | Drop:
        with self._lock:
            self.calls.append(call)
            return self._script.popleft() if self._script else Reply(status=418, body="not scripted")


class _Server(ThreadingHTTPServer):
    """Waits for its threads when it closes, so that nothing outlives a test."""

    daemon_threads = False

    def __init__(self, provider: Provider) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.provider = provider


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        call = Call(
            method=self.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        reply = self.server.provider.take(call)
        if isinstance(reply, Reply):
            self._answer(reply)
            return
        if isinstance(reply, Silence):
            self.server.provider.released.wait(_LONGEST_SILENCE)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_POST(self) -> None:
        self.do_GET()

    def _answer(self, reply: Reply) -> None:
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(text.encode())), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what matters."""


def refused_url() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
