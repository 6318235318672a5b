"""Reading the bodies of webhooks: whatever comes, either plain values or a typed refusal."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from bot.web.errors import HttpError

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 500


def form_fields(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form exactly as they were sent, blank ones too; of a repeated one the last. Raises
    HttpError (4xx).
    """
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise HttpError(415, f"The body must be {FORM}.")
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except (UnicodeDecodeError, ValueError):
        raise HttpError(400, "The body is not a form that can be read.") from None


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises HttpError (400)."""
    try:
        content = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is not JSON that can be read.") from None
    if not isinstance(content, dict):
        raise HttpError(400, "The body must be a JSON object.")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
