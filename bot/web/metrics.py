"""`GET /metrics`: what Prometheus reads. Nothing about anybody, yet not for everybody."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import measures
from bot.process_name import process_name
from bot.services import figures, process_metrics
from bot.services.figures import Figures
from bot.store.engine import transaction
from bot.web.context import Web, web_of
from bot.web.errors import HttpError
from bot.web.sandbox_routes import LOOPBACK

router = APIRouter()

ROLE = "web"
WEBHOOKS = "/webhooks/"


class Fixed(Collector):
    """Metrics that were collected already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        """As given."""
        return self._metrics


class WebhookTimes:
    """ASGI middleware: how long each webhook took until it was acknowledged, by route and status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(WEBHOOKS):
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def watch(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                # Only paths that are routes of ours: anybody can ask for any other.
                pattern = getattr(scope.get("route"), "path", "(no route)")
                measures.WEBHOOK_SECONDS.labels(pattern, str(message["status"])).observe(
                    time.perf_counter() - begun
                )

        await self._app(scope, receive, watch)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """All processes' counters, and the present figures of the database. 404 to whoever may not see them."""
    web = web_of(request)
    if not _may_read(request, web.settings.metrics_token):
        raise HttpError(404, "There is nothing here.")
    content = await run_in_threadpool(_exposition, web)
    return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


def _may_read(request: Request, token: str | None) -> bool:
    """Who shows the token; without a proxy in between also who comes from this machine."""
    shown = request.headers.get("authorization", "")
    if token and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        return True
    proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    caller = request.client.host if request.client else ""
    return caller in LOOPBACK and request.url.hostname in LOOPBACK and not proxied


def store_own(web: Web) -> None:
    """Keep what this process counted where the others see it."""
    with transaction(web.sessions) as session:
        process_metrics.store(
            session, process=process_name(ROLE), metrics=measures.snapshot(), now=web.real_clock()
        )


def _exposition(web: Web) -> bytes:
    store_own(web)
    with web.sessions() as session:
        counted = process_metrics.read(session, now=web.real_clock())
        present = figures.read(session, now=web.clock())
    registry = CollectorRegistry()
    registry.register(Fixed([*measures.merged(counted), *_gauges(present)]))
    return generate_latest(registry)


def _gauges(found: Figures) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("caravan_queue_jobs", "Jobs by task and state.", labels=("task", "state"))
    ages = GaugeMetricFamily(
        "caravan_queue_oldest_seconds", "Age of the oldest job by task and state.", labels=("task", "state")
    )
    for queue in found.queues:
        jobs.add_metric((queue.task, queue.state), queue.jobs)
        ages.add_metric((queue.task, queue.state), queue.oldest)
    unseen = GaugeMetricFamily(
        "caravan_messages_unseen",
        "Messages by status that did not arrive, or of which nobody knows, and that nobody has seen to.",
        labels=("status",),
    )
    for status, count in found.unseen.items():
        unseen.add_metric((status,), count)
    yield from (jobs, ages, unseen)
    for name, meaning, value in (
        ("open_turns", "Messages of people that are not answered yet.", found.open_turns),
        ("handoffs_waiting", "Conversations that wait for a person of the staff.", found.handoffs_waiting),
        ("handoff_oldest_seconds", "How long the first of them has waited.", found.oldest_handoff),
        ("reminders_missed", "Reminders that could not be sent in time.", found.reminders_missed),
        (
            "reminders_overdue",
            "Reminders that are due and not yet stored for sending.",
            found.reminders_overdue,
        ),
    ):
        yield GaugeMetricFamily(f"caravan_{name}", meaning, value=value)
