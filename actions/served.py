"""The action server's two addresses, as one small application: rasa-sdk's own web framework took longer than most actions."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Content = dict[str, Any]


class ActionServer:
    """An ASGI application: ``GET /health``, and ``POST /webhook``, which runs one of the executor's actions as rasa-sdk would."""

    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        asked = (scope["method"], scope["path"])
        if asked == ("GET", "/health"):
            status, content = HTTPStatus.OK, {"status": "ok"}
        elif asked == ("POST", "/webhook"):
            status, content = await self._answer(await _body(receive))
        else:
            status, content = HTTPStatus.NOT_FOUND, {"error": "there is nothing here"}
        body = json.dumps(content).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, body: bytes) -> tuple[HTTPStatus, Content]:
        try:
            call = json.loads(body)
            action = self._executor.actions.get(call["next_action"])
            tracker = Tracker.from_dict(call["tracker"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "this is no call of an action"}
        if action is None:
            return HTTPStatus.NOT_FOUND, {"error": "no such action", "action_name": call["next_action"]}
        try:
            dispatcher = CollectingDispatcher()
            events = await action(dispatcher, tracker, {}) or []
        except Exception as failed:
            name = type(failed).__name__
            logger.error("%s failed: %s", call["next_action"], name, exc_info=True)
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": name}
        return HTTPStatus.OK, {"events": events, "responses": dispatcher.messages}


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
