"""The sandbox's own routes: phones, faults, counts and files."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.connections import ProviderListener
from bot.sandbox.faults import FaultBox
from bot.sandbox.files import FileStore
from bot.sandbox.messages import CHANNELS, ChannelName, for_reader
from bot.sandbox.phones import Phones
from bot.sandbox.send_request import SendRequest
from bot.sandbox.sending import CannotSendError, PhoneSender
from bot.sandbox.stats import Stats

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_BODY_BYTES = 64 * 1024

Handler = Callable[[Request], Awaitable[Response]]
Model = TypeVar("Model", bound=BaseModel)


class BadInputError(Exception):
    """A request that cannot be used; the text says why."""

    retryable = False

    def __init__(self, reason: str, status: int = 422) -> None:
        super().__init__(reason)
        self.status = status


class BlockRequest(BaseModel):
    """Whether a person refuses messages on a channel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    channel: ChannelName
    blocked: bool


@dataclass(frozen=True, kw_only=True)
class SandboxApi:
    """The routes, and what they need."""

    phones: Phones
    sender: PhoneSender
    faults: FaultBox
    stats: Stats
    files: FileStore
    listener: ProviderListener | None

    def routes(self) -> list[Route]:
        """Routes under ``/sandbox``."""
        phone = "/sandbox/phones/{phone}"
        return [
            Route("/sandbox/phones", _guarded(self._list_phones), methods=["GET"]),
            Route(f"{phone}/messages", _guarded(self._send), methods=["POST"]),
            Route(f"{phone}/messages", _guarded(self._read), methods=["GET"]),
            Route(f"{phone}/blocked", _guarded(self._block), methods=["PUT"]),
            Route(phone, _guarded(self._forget), methods=["DELETE"]),
            Route("/sandbox/faults", _guarded(self._put_faults), methods=["PUT"]),
            Route("/sandbox/faults", _guarded(self._get_faults), methods=["GET"]),
            Route("/sandbox/stats", _guarded(self._stats), methods=["GET"]),
            Route("/sandbox/media/{file_id}", _guarded(self._media), methods=["GET"]),
            Route("/sandbox/health", _guarded(self._health), methods=["GET"]),
        ]

    async def _send(self, request: Request) -> Response:
        phone = _phone(request)
        wanted = _checked(SendRequest, await _json(request))
        try:
            message, delivery = await self.sender.send(phone, wanted)
        except CannotSendError as error:
            raise BadInputError(str(error)) from None
        if delivery.accepted:
            return JSONResponse({"id": message.id, "provider_id": message.provider_id}, 202)
        answer = {
            "error": "The product did not take the message.",
            "id": message.id,
            "status": delivery.status,
            "body": delivery.body,
        }
        return JSONResponse(answer, 502)

    async def _read(self, request: Request) -> Response:
        after = request.query_params.get("after") or "0"
        if not (after.isascii() and after.isdecimal()):
            raise BadInputError("after must be the id of a message")
        return JSONResponse([for_reader(message) for message in self.phones.of(_phone(request), int(after))])

    async def _list_phones(self, _request: Request) -> Response:
        return JSONResponse([self._described(phone) for phone in self.phones.numbers()])

    def _described(self, phone: str) -> dict[str, Any]:
        blocked = [channel for channel in CHANNELS if self.phones.is_blocked(phone, channel)]
        return {"phone": phone, "name": self.phones.name(phone), "blocked": blocked}

    async def _forget(self, request: Request) -> Response:
        self.phones.forget(_phone(request))
        return Response(status_code=204)

    async def _block(self, request: Request) -> Response:
        phone = _phone(request)
        wanted = _checked(BlockRequest, await _json(request))
        self.phones.block(phone, wanted.channel, wanted.blocked)
        return JSONResponse(self._described(phone))

    async def _put_faults(self, request: Request) -> Response:
        changes = await _json(request)
        if not isinstance(changes, dict):
            raise BadInputError("the body must be a JSON object")
        try:
            state = self.faults.replace(changes)
        except ValidationError as error:
            raise BadInputError(_first_error(error)) from None
        if self.listener is not None:
            await (self.listener.close() if state.down else self.listener.open())
        return JSONResponse(state.model_dump())

    async def _get_faults(self, _request: Request) -> Response:
        return JSONResponse(self.faults.state.model_dump())

    async def _stats(self, _request: Request) -> Response:
        return JSONResponse(self.stats.snapshot())

    async def _media(self, request: Request) -> Response:
        content = self.files.get(request.path_params["file_id"])
        if content is None:
            raise BadInputError("no such file", 404)
        # What a bot sent is shown as a sound or offered as a download, never run as a page.
        is_ogg = content.startswith(b"OggS")
        headers = {"X-Content-Type-Options": "nosniff"} | (
            {} if is_ogg else {"Content-Disposition": "attachment"}
        )
        return Response(
            content, media_type="audio/ogg" if is_ogg else "application/octet-stream", headers=headers
        )

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            _check_origin(request)
            return await handler(request)
        except BadInputError as error:
            return JSONResponse({"error": str(error)}, error.status)

    return guarded


def _check_origin(request: Request) -> None:
    """No page of another site may move the phones of whoever has this sandbox running."""
    if request.method != "GET" and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise BadInputError("requests from pages of other sites are not taken", 403)


def _phone(request: Request) -> str:
    phone: str = request.path_params["phone"]
    if not _E164.fullmatch(phone):
        raise BadInputError("the phone must be in E.164, for example %2B212612345678 in the path")
    return phone


async def _json(request: Request) -> Any:
    body = await request.body()
    if len(body) > _MAX_BODY_BYTES:
        raise BadInputError("the body is too large", 413)
    try:
        return await request.json()
    except ValueError:
        raise BadInputError("the body must be JSON") from None


def _checked(model: type[Model], body: Any) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise BadInputError(_first_error(error)) from None


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason
