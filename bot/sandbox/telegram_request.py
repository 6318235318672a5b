"""Reading a Bot API request: query, form, multipart or JSON, with nested values as JSON texts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.faults import Verdict
from bot.sandbox.files import MAX_BYTES

_RETRY_AFTER_SECONDS = 1


class TelegramError(Exception):
    """A request that Telegram refuses, with Telegram's words."""

    retryable = False

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description

    def answer(self) -> Response:
        """The refusal as Telegram writes it."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return JSONResponse(body, self.code)


def fault_answer(verdict: Verdict) -> Response:
    """How Telegram words a fault."""
    if verdict != "throttle":
        return TelegramError(500, "Internal Server Error").answer()
    body = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {_RETRY_AFTER_SECONDS}",
        "parameters": {"retry_after": _RETRY_AFTER_SECONDS},
    }
    return JSONResponse(body, 429, headers={"Retry-After": str(_RETRY_AFTER_SECONDS)})


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came with a request."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """A request's parameters. Reading one that is missing or of the wrong type raises TelegramError 400."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """A text; a number is taken as its digits."""
        value = self.values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; required without a default."""
        value: Any = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise TelegramError(400, f"Bad Request: parameter {name} is not a number") from None

    def number(self, name: str) -> float:
        """A number; required."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise TelegramError(400, f"Bad Request: parameter {name} is not a number") from None

    def flag(self, name: str) -> bool:
        """A yes or no; no where it is missing."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """A nested value, or None."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise TelegramError(400, f"Bad Request: can't parse {name} JSON object") from None


async def read_parameters(request: Request) -> Parameters:
    """Everything a request says. Raises TelegramError."""
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        values |= await _json(request)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form(max_part_size=MAX_BYTES) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    uploads[name] = await _upload(value)
                else:
                    values[name] = value
    return Parameters(values=values, uploads=uploads)


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise TelegramError(400, "Bad Request: can't parse JSON object") from None
    if not isinstance(body, dict):
        raise TelegramError(400, "Bad Request: object expected as JSON")
    return body


async def _upload(part: UploadFile) -> Upload:
    content = await part.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TelegramError(413, "Request Entity Too Large")
    kind = part.content_type or "application/octet-stream"
    return Upload(name=part.filename or "file", content_type=kind, content=content)
