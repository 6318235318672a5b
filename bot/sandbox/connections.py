"""Connections that can die without an answer, and a listener that can refuse them."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from starlette.types import ASGIApp, Receive, Scope
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_ABORT = "sandbox.abort"


class AbortableProtocol(H11Protocol):
    """HTTP whose application may break the connection off."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.lost = asyncio.Event()
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[_ABORT] = self.abort
            await inner(scope, receive, send)

        self.app = app

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        super().connection_lost(exc)
        self.lost.set()

    def abort(self) -> None:
        """Close the connection at once, whatever was to be sent."""
        self.transport.abort()


async def break_off(scope: Scope, receive: Receive) -> None:
    """Let the connection of this request die without an answer."""
    scope["extensions"][_ABORT]()
    while (await receive())["type"] != "http.disconnect":
        continue


class ProviderListener:
    """A second address of the provider APIs; while they are down it is closed: connections are refused."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._config = Config(
            app,
            host=host,
            port=port,
            http=AbortableProtocol,
            lifespan="off",
            access_log=False,
            log_config=None,
        )
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen; does nothing where it already does. Raises OSError where the port is taken."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: AbortableProtocol(self._config, self._state, {}),
            self._config.host,
            self._config.port,
            family=socket.AF_INET,
        )

    async def close(self) -> None:
        """Stop listening and break off every connection there is."""
        if self._server is None:
            return
        self._server.close()
        connections = [found for found in self._state.connections if isinstance(found, AbortableProtocol)]
        for connection in connections:
            connection.abort()
        # Whoever is told that the providers are down finds no connection that still answers.
        for connection in connections:
            await connection.lost.wait()
        await self._server.wait_closed()
        self._server = None
