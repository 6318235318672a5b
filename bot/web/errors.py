"""What a request that cannot be served is told: JSON for machines, a page for people."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.core.errors import Conflict, InvalidInput, NotFound

DATABASE_DOWN = (OperationalError, InterfaceError, PoolTimeout)
"""What the database raises while it cannot be used; the same request may succeed a little later."""

KINDS = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    502: "bad_gateway",
    503: "unavailable",
}
UNAVAILABLE = "The database cannot be used at the moment; try again in a few seconds."
INTERNAL = "Something went wrong here; it has been noted."


class HttpError(HTTPException):
    """An answer other than 2xx with a type that programs can read and a sentence for people."""

    def __init__(self, status_code: int, message: str, *, kind: str | None = None) -> None:
        super().__init__(status_code, message)
        self.kind = kind or KINDS.get(status_code, "error")


def json_error(status_code: int, message: str, kind: str | None = None) -> JSONResponse:
    """The typed error that every machine route answers with."""
    error = {"type": kind or KINDS.get(status_code, "error"), "message": message}
    return JSONResponse({"error": error}, status_code=status_code)


def is_for_people(request: Request) -> bool:
    """Whether a page is expected: the console and the public page, nothing else."""
    return request.url.path == "/" or request.url.path.startswith("/console")


def status_of(error: Exception) -> tuple[int, str, str | None]:
    """The status, sentence and type that an exception stands for; 500 for those that nobody foresaw."""
    if isinstance(error, HTTPException):
        return error.status_code, str(error.detail), getattr(error, "kind", None)
    if isinstance(error, RequestValidationError):
        return 422, "The request lacks something or has it in the wrong form.", None
    if isinstance(error, DATABASE_DOWN):
        return 503, UNAVAILABLE, "database_unavailable"
    if isinstance(error, NotFound):
        return 404, "There is no such thing (any more).", None
    if isinstance(error, Conflict):
        return 409, "The state has moved on meanwhile.", None
    if isinstance(error, InvalidInput):
        return 422, str(error), None
    return 500, INTERNAL, "internal"


async def as_json(error: Exception) -> Response:
    """The JSON answer to an exception."""
    return json_error(*status_of(error))
