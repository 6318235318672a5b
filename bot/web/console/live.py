"""Server-sent events for open pages: that something has changed, never what. The page then asks for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.core.roles import READERS
from bot.web.changes import News
from bot.web.console.access import CONSOLE, find_member
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of
from bot.web.errors import DATABASE_DOWN
from bot.web.http_log import EVENT_STREAM

BEAT_SECONDS = 20.0
"""How often a quiet stream shows that it is alive, and whether its session still counts is looked at."""
TALK_GAP_SECONDS, LIST_GAP_SECONDS = 0.5, 3.0
"""The shortest time between two events; what happens in between is told as one."""

router = ConsoleRouter(prefix=f"{CONSOLE}/live")


@router.page("", roles=READERS)
async def live(request: Request, talk: Annotated[int | None, Query(ge=1, lt=2**62)] = None) -> Response:
    """Events while the page is open: ``changed`` in conversation ``talk``, or in any; ``beat``; ``over``."""
    # Proxies that gather an answer before they pass it on are asked not to.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, talk), media_type=EVENT_STREAM, headers=headers)


async def _events(request: Request, talk: int | None) -> AsyncIterator[str]:
    gap = LIST_GAP_SECONDS if talk is None else TALK_GAP_SECONDS
    with web_of(request).changes.watch(talk) as watcher:
        yield _event("beat")
        while (news := await watcher.wait(BEAT_SECONDS)) is not News.OVER and await _goes_on(request):
            yield _event("changed" if news is News.CHANGED else "beat")
            if news is News.CHANGED:
                await watcher.rest(gap)
    yield _event("over")


async def _goes_on(request: Request) -> bool:
    """Whether the session still counts, and its role may still read."""
    try:
        found = await run_in_threadpool(find_member, request)
    except DATABASE_DOWN:
        return False
    return found is not None and found.role in READERS and not found.lacks_factor


def _event(name: str) -> str:
    return f"event: {name}\ndata:\n\n"
