"""Posting webhooks to the product, with the copies and the disorder that the faults ask for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx

from bot.sandbox.faults import FaultBox
from bot.sandbox.settings import Settings
from bot.sandbox.stats import Stats

# Twilio waits this long for an answer.
_TIMEOUT = 15.0
_SHUFFLE_SECONDS = 0.3
_MAX_BODY = 2000


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One request to the product, at the public ``url`` that the product gave."""

    kind: Literal["message", "update", "status"]
    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What came of a webhook; ``status`` is None where the product could not be reached."""

    status: int | None
    body: str

    @property
    def accepted(self) -> bool:
        """Whether the product answered 2xx."""
        return self.status is not None and 200 <= self.status < 300


class Deliverer:
    """Posts webhooks over one client. Lives on one event loop."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, faults: FaultBox, stats: Stats) -> None:
        self._client = client
        self._settings = settings
        self._faults = faults
        self._stats = stats
        self._batch: list[tuple[Webhook, asyncio.Future[Delivery]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def deliver(self, webhook: Webhook) -> Delivery:
        """Post what a person sent, as often and when the faults say; the first copy's answer counts."""
        if not self._faults.state.shuffle_webhooks:
            return await self._with_copies(webhook)
        answer: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        self._batch.append((webhook, answer))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await answer

    async def post(self, webhook: Webhook) -> Delivery:
        """Post once, faults or not."""
        target = self._target(webhook.url)
        try:
            answer = await self._client.post(
                target, content=webhook.content, headers=webhook.headers, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            delivery = Delivery(status=None, body=f"The product cannot be reached: {type(error).__name__}.")
        else:
            delivery = Delivery(status=answer.status_code, body=answer.text[:_MAX_BODY])
        self._stats.count_webhook(webhook.kind, delivery.accepted)
        return delivery

    def _target(self, url: str) -> str:
        """Where a public URL is really posted: what lies behind the public base, at the product."""
        if url.startswith(f"{self._settings.public_base_url}/"):
            return self._settings.product_url + url.removeprefix(self._settings.public_base_url)
        parts = urlsplit(url)
        return self._settings.product_url + parts.path + (f"?{parts.query}" if parts.query else "")

    async def _with_copies(self, webhook: Webhook) -> Delivery:
        copies = 1 + self._faults.state.duplicate_webhooks
        return (await asyncio.gather(*(self.post(webhook) for _ in range(copies))))[0]

    async def _flush(self) -> None:
        """Wait for company, then post whatever came in another order, one after the other."""
        await asyncio.sleep(_SHUFFLE_SECONDS)
        batch, self._batch, self._flushing = self._batch, [], None
        for webhook, answer in self._faults.shuffled(batch):
            delivery = await self._with_copies(webhook)
            if not answer.done():
                answer.set_result(delivery)
