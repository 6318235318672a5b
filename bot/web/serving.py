"""The server that carries the service: it lets go of the browsers that watch before it waits for what is under way."""

from __future__ import annotations

import socket

import uvicorn

from bot.web.changes import Changes


class Server(uvicorn.Server):
    """Uvicorn, which waits for every answer that is being given; those of watching browsers would never end."""

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop as ever."""
        self._changes.close()
        await super().shutdown(sockets)
