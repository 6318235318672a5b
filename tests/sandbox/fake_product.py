"""A product that records what reaches its webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .serving import Server, free_port


@dataclass(frozen=True, kw_only=True)
class Received:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


class FakeProduct:
    """``status`` is what webhooks are answered with; ``now`` the product's time, None for the machine's."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 200
        self.now: datetime | None = None
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        routes = [
            Route("/sandbox/clock", self._clock),
            Route("/{path:path}", self._webhook, methods=["POST"]),
        ]
        self._server = Server(Starlette(routes=routes), port)

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms that were posted to a path, in order."""
        return [webhook.form for webhook in self.received if webhook.path.startswith(path)]

    def stop(self) -> None:
        self._server.stop()

    async def _clock(self, _request: Request) -> Response:
        return JSONResponse({"now": (self.now or datetime.now(UTC)).isoformat()})

    async def _webhook(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        headers: dict[str, Any] = dict(request.headers)
        body = await request.body()
        self.received.append(Received(path=request.url.path + query, headers=headers, body=body))
        return Response("a reason" if self.status != 200 else "", self.status)
