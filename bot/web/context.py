"""What every handler of the web process shares; made once by :func:`bot.web.app.create_app`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
from anyio import CapacityLimiter
from starlette.requests import Request

from bot.config import Settings
from bot.core.messages import DeliveryReceipt, InboundMessage
from bot.core.texts import Texts
from bot.store.clock import Clock
from bot.store.engine import Sessions
from bot.web.changes import Changes
from bot.web.places import PlaceNames
from bot.web.storing import Storing
from bot.web.wording import Words


@dataclass(frozen=True, kw_only=True)
class Web:
    """The web process. ``texts`` are read when they are first needed; ``pauses`` are the seconds between
    tries to store a webhook.
    """

    settings: Settings
    sessions: Sessions
    clock: Clock
    real_clock: Clock
    texts: Callable[[], Texts]
    words: Mapping[str, Words]
    places: PlaceNames
    client: httpx.AsyncClient
    pauses: tuple[float, ...]
    health_threads: CapacityLimiter
    changes: Changes
    messages: Storing[InboundMessage, int | None]
    receipts: Storing[DeliveryReceipt, bool]


def web_of(request: Request) -> Web:
    """The web process that serves a request."""
    web: Web = request.app.state.web
    return web
