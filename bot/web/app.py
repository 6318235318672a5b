"""Putting the service together: routes, middleware, and what they share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from bot.config import Settings
from bot.core.errors import AnaM3akError
from bot.core.texts import Texts, default_texts
from bot.store.clock import Clock, real_clock
from bot.store.engine import Sessions, libpq_url
from bot.web import calendar_files, health, incoming, metrics, public, sandbox_routes, webhooks
from bot.web.changes import Changes
from bot.web.console import (
    account,
    account_factor,
    account_telegram,
    calendar,
    calls,
    coaching,
    conversation,
    day,
    desk,
    inbox,
    joining,
    labels,
    live,
    login,
    numbers,
    person_data,
    place_field,
    plans,
    record,
    sheets,
    talk_tools,
    team,
    undelivered,
)
from bot.web.console.error_pages import as_page
from bot.web.console.pages import STATIC
from bot.web.context import Web
from bot.web.errors import DATABASE_DOWN, as_json, is_for_people, status_of
from bot.web.headers import SecurityHeaders
from bot.web.http_log import HttpLog
from bot.web.limits import BodyLimit
from bot.web.metrics import WebhookTimes
from bot.web.places import PlaceNames, place_name
from bot.web.storing import Storing
from bot.web.wording import load_words

logger = logging.getLogger(__name__)

CONSOLE_PAGES = (
    login,
    joining,
    inbox,
    conversation,
    live,
    day,
    desk,
    numbers,
    labels,
    undelivered,
    person_data,
    place_field,
    calendar,
    plans,
    calls,
    sheets,
    team,
    record,
    account_factor,
    account_telegram,
    account,
    talk_tools,
    coaching,
)
CONSOLE = tuple(part.router for part in CONSOLE_PAGES)
"""The routes of the console."""
PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between the tries to store a webhook while the database restarts; a provider waits 15 s."""
METRICS_SECONDS = 10.0


def create_app(
    settings: Settings,
    sessions: Sessions,
    clock: Clock,
    *,
    wall_clock: Clock = real_clock,
    texts: Callable[[], Texts] = default_texts,
    places: PlaceNames = place_name,
    pauses: tuple[float, ...] = PAUSES,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The service. ``clock`` is the product's, ``wall_clock`` the machine's; ``transport`` carries calls to
    our other processes.
    """
    app = FastAPI(lifespan=_open, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.web = Web(
        settings=settings,
        sessions=sessions,
        clock=clock,
        real_clock=wall_clock,
        texts=texts,
        words=load_words(),
        places=places,
        client=httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False),
        pauses=pauses,
        health_threads=CapacityLimiter(health.HEALTH_THREADS),
        changes=Changes(_conninfo(sessions)),
        messages=Storing(incoming.Messages(sessions=sessions, clock=clock, texts=texts)),
        receipts=Storing(incoming.Receipts(sessions=sessions, clock=clock)),
    )
    _mount(app, settings)
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    web: Web = app.state.web
    async with web.client:
        storing = asyncio.create_task(_store_metrics(web))
        yield
        web.changes.close()
        storing.cancel()


def _conninfo(sessions: Sessions) -> str:
    with sessions() as session:
        return libpq_url(session.get_bind().engine.url.render_as_string(hide_password=False))


async def _store_metrics(web: Web) -> None:
    """Now and then, as long as the service lives; the database may be away."""
    while True:
        await asyncio.sleep(METRICS_SECONDS)
        with suppress(*DATABASE_DOWN):
            await run_in_threadpool(metrics.store_own, web)


def _mount(app: FastAPI, settings: Settings) -> None:
    app.router.routes.extend(webhooks.ROUTES)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(public.router)
    app.include_router(calendar_files.router)
    for router in CONSOLE:
        app.include_router(router)
    app.mount("/static", KeptFiles(directory=STATIC))
    if settings.sandbox:
        app.include_router(sandbox_routes.router)
    expected: tuple[Any, ...] = (
        HTTPException,
        RequestValidationError,
        AnaM3akError,
        *DATABASE_DOWN,
        Exception,
    )
    for kind in expected:
        app.add_exception_handler(kind, _answer_error)
    # The last one added is the outermost.
    for middleware in (BodyLimit, SecurityHeaders, HttpLog, WebhookTimes):
        app.add_middleware(middleware)


async def _answer_error(request: Request, error: Exception) -> Response:
    if status_of(error)[0] >= 500:
        logger.error("%s request failed: %s", request.method, type(error).__name__)
    return await as_page(request, error) if is_for_people(request) else await as_json(error)


class KeptFiles(StaticFiles):
    """Static files. Their addresses carry a mark of their content, so that browsers may keep them for
    ever.
    """

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """As the class above, and to be kept."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
