"""What the service writes into its log: nothing that people wrote, and no numbers of theirs."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream; charset=utf-8"
"""What an answer says of itself that lasts as long as somebody watches."""


class HttpLog:
    """ASGI middleware. One line a request: the route's pattern, never the path itself, which may hold a
    phone number.

    Only what failed or was slow is worth a line above DEBUG.
    """

    SLOW_SECONDS = 2.0

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        lasting = False
        begun = time.monotonic()

        async def watch(message: Message) -> None:
            nonlocal status, lasting
            if message["type"] == "http.response.start":
                status = message["status"]
                lasting = (b"content-type", EVENT_STREAM.encode()) in message.get("headers", ())
            await send(message)

        await self._app(scope, receive, watch)
        seconds = time.monotonic() - begun
        pattern = getattr(scope.get("route"), "path", "(no route)")
        level = (
            logging.INFO if status >= 500 or (seconds > self.SLOW_SECONDS and not lasting) else logging.DEBUG
        )
        logger.log(level, "%s %s %s in %d ms", scope["method"], pattern, status, seconds * 1000)
