"""`GET /health`: 200 once everything behind the service is ready, 503 with the reasons before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

import httpx
from alembic.script import ScriptDirectory
from anyio import to_thread
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.store.migrate import alembic_config
from bot.store.models import WorkerHeartbeat
from bot.web.context import Web, web_of

router = APIRouter()

TIMEOUT = 2.0
"""Seconds that one check may take."""
WORKER = "worker"
FRESH = timedelta(seconds=15)
READY = "ready"
HEALTH_THREADS = 4
"""Checks that hang keep their threads: they have their own few, so that the service never runs out of
threads.
"""

_Answer = TypeVar("_Answer")
Check = Callable[[Web], Awaitable[str]]
"""Answers ``READY`` or a sentence that says what is not."""


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """The state of each part; ``reasons`` names only the parts that are not ready."""
    web = web_of(request)
    checks = dict(CHECKS)
    if web.settings.sandbox:
        checks["sandbox"] = sandbox
    found = await asyncio.gather(*(_within_time(check(web)) for check in checks.values()))
    states = dict(zip(checks, found, strict=True))
    reasons = {name: state for name, state in states.items() if state != READY}
    body: dict[str, object] = {"status": "unavailable" if reasons else "ok", "checks": states}
    if reasons:
        body["reasons"] = reasons
    return JSONResponse(body, status_code=503 if reasons else 200, headers={"Cache-Control": "no-store"})


async def database(web: Web) -> str:
    """Whether the database answers and has the schema of this version."""

    def state() -> bool:
        with web.sessions() as session:
            session.execute(text("SET LOCAL statement_timeout = 2000"))
            known: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return known == newest_revision()

    try:
        migrated = await _in_thread(web, state)
    except ProgrammingError:
        return "the database has no tables yet"
    except SQLAlchemyError as error:
        return f"the database does not answer ({type(error).__name__})"
    return READY if migrated else "the database is waiting for its migrations"


async def worker(web: Web) -> str:
    """Whether the worker said within the last seconds, in real time, that it works."""

    def beat() -> WorkerHeartbeat | None:
        with web.sessions() as session:
            return session.get(WorkerHeartbeat, WORKER)

    try:
        heartbeat = await _in_thread(web, beat)
    except SQLAlchemyError:
        return "nothing is known of the worker without the database"
    if heartbeat is None:
        return "the worker has not started yet"
    silent = web.real_clock() - heartbeat.at
    return READY if silent < FRESH else f"the worker has been silent for {int(silent.total_seconds())} s"


async def assistant(web: Web) -> str:
    """Whether every process of Rasa runs and has loaded its model."""
    found = await asyncio.gather(
        *(
            _asked(web, f"{url}/webhooks/turn/health", "the assistant", wanted="ok")
            for url in web.settings.rasa_urls
        )
    )
    return next((state for state in found if state != READY), READY)


async def actions(web: Web) -> str:
    """Whether the action server runs."""
    return await _asked(web, f"{web.settings.actions_url}/health", "the action server")


async def sandbox(web: Web) -> str:
    """Whether the sandbox process runs."""
    return await _asked(web, f"{web.settings.sandbox_url}/sandbox/health", "the sandbox")


CHECKS: dict[str, Check] = {
    "database": database,
    "assistant": assistant,
    "actions": actions,
    "worker": worker,
}


@lru_cache(maxsize=1)
def newest_revision() -> str | None:
    """The revision that this version's code is written for."""
    return ScriptDirectory.from_config(alembic_config("postgresql://")).get_current_head()


async def _asked(web: Web, url: str, name: str, *, wanted: str | None = None) -> str:
    try:
        answer = await web.client.get(url, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        return f"{name} does not answer ({type(error).__name__})"
    if answer.status_code != httpx.codes.OK:
        return f"{name} answers {answer.status_code}"
    if wanted is not None and _status(answer) != wanted:
        return f"{name} is still loading"
    return READY


def _status(answer: httpx.Response) -> object:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body.get("status") if isinstance(body, dict) else None


async def _within_time(check: Awaitable[str]) -> str:
    try:
        return await asyncio.wait_for(check, TIMEOUT + 0.1)
    except TimeoutError:
        return f"no answer within {TIMEOUT:g} s"


async def _in_thread(web: Web, question: Callable[[], _Answer]) -> _Answer:
    return await to_thread.run_sync(question, abandon_on_cancel=True, limiter=web.health_threads)
