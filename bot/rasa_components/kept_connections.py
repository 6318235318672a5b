"""Rasa opens a connection to the action server for each action and closes it again; here it is kept."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT

KEPT_SECONDS = 3.0
"""The action server closes what is idle for five."""


class KeptSession:
    """Stands where Rasa opens a session: ``async with`` gives the one session there is, and leaves it open."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> ClientSession:
        return self._session

    async def __aexit__(self, *problem: object) -> None:
        """Nothing is closed."""


def keep_connections(endpoint: Any) -> None:
    """From now on the requests to this endpoint share a session. Called within the loop in which they are made."""
    kept = KeptSession(
        ClientSession(
            headers=endpoint.headers,
            timeout=ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
            connector=TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS),
        )
    )
    endpoint.session = lambda: kept
