"""What only the sandbox brings: the product's clock, its state for evaluation, and the way to the sandbox
process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.core.texts import CASABLANCA
from bot.store.clock import KNOWN_AFTER, ClockMovesForwardOnly, move_clock
from bot.store.engine import transaction
from bot.web import sandbox_state
from bot.web.context import Web, web_of
from bot.web.errors import HttpError, json_error
from bot.web.payloads import json_object

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def loopback_only(request: Request) -> None:
    """The sandbox shows names and numbers and moves the clock: who comes by a public name does not find it."""
    if request.url.hostname not in LOOPBACK:
        raise HttpError(404, "There is nothing here.")


router = APIRouter(prefix="/sandbox", dependencies=[Depends(loopback_only)])

LAST_YEAR = 2100
"""The clock goes no further: what is reckoned from it has to remain a date."""
PROXIED = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The sandbox itself waits up to 15 s for the product's webhook.
_PROXY_TIMEOUT = httpx.Timeout(30.0, connect=2.0)
# What concerns one connection only, and what is not the other side's business: whose host this is, who is
# logged in.
_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade"
    b" host content-length cookie".split()
)
Phone = Annotated[str | None, Query()]


@router.get("/clock")
def read_clock(request: Request) -> JSONResponse:
    """The product's time."""
    return _told(web_of(request).clock())


@router.put("/clock")
async def set_clock(request: Request) -> JSONResponse:
    """Move the product's time forward to `now`; a time without an offset is Africa/Casablanca's. Answers when all processes know it."""
    target = _moment(json_object_or_invalid(await request.body()).get("now"))
    web = web_of(request)

    def move() -> datetime:
        with transaction(web.sessions) as session:
            return move_clock(session, target)

    try:
        moved = await run_in_threadpool(move)
    except ClockMovesForwardOnly as error:
        raise HttpError(422, str(error), kind="clock_moves_forward_only") from None
    await asyncio.sleep(KNOWN_AFTER)
    return _told(moved)


@router.get("/state/bookings")
def bookings(request: Request, phone: Phone = None) -> JSONResponse:
    """Bookings, of one phone or all."""
    return _state(web_of(request), lambda session: sandbox_state.bookings(session, _e164(phone)))


@router.get("/state/stops")
def stops(request: Request) -> JSONResponse:
    """The current caravan's stops with their appointment times."""
    return _state(web_of(request), sandbox_state.stops)


@router.get("/state/ideas")
def ideas(request: Request, phone: Phone = None) -> JSONResponse:
    """Ideas, of one phone or all."""
    return _state(web_of(request), lambda session: sandbox_state.ideas(session, _e164(phone)))


@router.get("/state/conversations")
def conversations(request: Request, phone: Phone = None) -> JSONResponse:
    """Conversations with their messages, of one phone or all."""
    return _state(web_of(request), lambda session: sandbox_state.conversations(session, _e164(phone)))


@router.api_route("", methods=list(PROXIED))
@router.api_route("/{path:path}", methods=list(PROXIED))
async def proxy(request: Request) -> Response:
    """Everything else is the sandbox process's."""
    web = web_of(request)
    try:
        answer = await web.client.send(await _forwarded(web, request), stream=True)
    except httpx.HTTPError as error:
        message = (
            f"The sandbox does not answer ({type(error).__name__}); it is restarted if it stopped. Try again."
        )
        return json_error(502, message)
    response = StreamingResponse(
        answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = _end_to_end(answer.headers.raw)
    return response


async def _forwarded(web: Web, request: Request) -> httpx.Request:
    raw_path = (request.scope.get("raw_path") or request.url.path.encode()).partition(b"?")[0]
    query = request.scope["query_string"]
    url = httpx.URL(web.settings.sandbox_url).copy_with(raw_path=raw_path + (b"?" + query if query else b""))
    headers = _end_to_end(request.headers.raw)
    body = await request.body()
    return web.client.build_request(
        request.method, url, headers=headers, content=body, timeout=_PROXY_TIMEOUT
    )


def _end_to_end(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP]


def json_object_or_invalid(body: bytes) -> dict[str, object]:
    """The JSON object of a body; the contract answers 422 to anything else."""
    try:
        return json_object(body)
    except HttpError as error:
        raise HttpError(422, str(error.detail), kind="malformed") from None


def _moment(value: object) -> datetime:
    wanted = 'Send {"now": …} with a date and time such as "2026-11-28T09:00:00+01:00".'
    if not isinstance(value, str):
        raise HttpError(422, wanted, kind="malformed")
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise HttpError(422, wanted, kind="malformed") from None
    if not 2000 < moment.year <= LAST_YEAR:
        raise HttpError(422, f"The clock can be set up to the year {LAST_YEAR}.", kind="out_of_range")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CASABLANCA)


def _e164(phone: str | None) -> str | None:
    """A plus that was not encoded arrives as a blank."""
    if phone is None:
        return None
    digits = phone.strip().removeprefix("+")
    return f"+{digits}"


def _told(now: datetime) -> JSONResponse:
    return JSONResponse({"now": now.astimezone(CASABLANCA).isoformat()})


def _state(web: Web, question: Callable[[Session], list[sandbox_state.Row]]) -> JSONResponse:
    with web.sessions() as session:
        return JSONResponse(question(session))
