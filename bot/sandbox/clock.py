"""The product's clock: asked for over HTTP, and carried on alone while the product is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

_TIMEOUT = 1.0


class ProductClock:
    """Aware datetimes in UTC."""

    def __init__(self, client: httpx.AsyncClient, product_url: str) -> None:
        self._client = client
        self._url = f"{product_url}/sandbox/clock"
        self._offset = timedelta(0)

    async def now(self) -> datetime:
        """The product's time; without the product, the own time moved by the last known difference."""
        told = await self._ask()
        if told is not None:
            self._offset = told - datetime.now(UTC)
        return datetime.now(UTC) + self._offset

    async def _ask(self) -> datetime | None:
        try:
            answer = await self._client.get(self._url, timeout=_TIMEOUT)
            told = datetime.fromisoformat(answer.raise_for_status().json()["now"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return told.astimezone(UTC) if told.tzinfo is not None else None
