"""Telling browsers that something has changed: one connection to the database listens for a whole process, however many watch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from enum import Enum, auto

import psycopg

from bot.store.changes import changed_talks

logger = logging.getLogger(__name__)

PAUSES = (1.0, 5.0, 15.0, 30.0)
"""Seconds between the tries to listen again."""


class News(Enum):
    """What a watcher learns: nothing within its time, a change, or that it has to look for itself from now on."""

    NOTHING = auto()
    CHANGED = auto()
    OVER = auto()


class Watcher:
    """One browser's eye on a conversation, or on all of them. Several changes that nobody has looked at yet are one."""

    def __init__(self, talk_id: int | None) -> None:
        self.talk_id = talk_id
        self._changed = False
        self._over = False
        self._stirred = asyncio.Event()

    def tell(self) -> None:
        """Something has changed."""
        self._changed = True
        self._stirred.set()

    def end(self) -> None:
        """Nothing will be told any more."""
        self._over = True
        self._stirred.set()

    async def wait(self, seconds: float) -> News:
        """The next news; NOTHING where none comes in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        if self._over:
            return News.OVER
        self._stirred.clear()
        changed, self._changed = self._changed, False
        return News.CHANGED if changed else News.NOTHING

    async def rest(self, seconds: float) -> None:
        """Let changes gather for a while, unless it is over."""
        deadline = asyncio.get_running_loop().time() + seconds
        gathered = False
        while not self._over and (left := deadline - asyncio.get_running_loop().time()) > 0:
            gathered |= await self.wait(left) is News.CHANGED
        if gathered:
            self.tell()


class Changes:
    """All watchers of a process. Belongs to one event loop; it begins to listen with the first watcher."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._watchers: set[Watcher] = set()
        self._listening = self._broken = False
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @contextmanager
    def watch(self, talk_id: int | None) -> Iterator[Watcher]:
        """A watcher of one conversation, or of all; it is told once at the beginning, as soon as nothing can be missed."""
        watcher = Watcher(talk_id)
        if self._closed or self._broken:
            watcher.end()
        elif self._listening:
            watcher.tell()
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._listen())
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """End every watcher, now and later: the process stops."""
        self._closed = True
        self._end_all()
        if self._task is not None:
            self._task.cancel()

    def _end_all(self) -> None:
        for watcher in tuple(self._watchers):
            watcher.end()

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async with aclosing(changed_talks(self._conninfo)) as told:
                    async for talk_id in told:
                        self._listening, self._broken, failures = True, False, 0
                        self._tell(talk_id)
            except psycopg.Error as error:
                logger.warning("not told of changes: %s", type(error).__name__)
            self._listening, self._broken = False, True
            self._end_all()
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def _tell(self, talk_id: int | None) -> None:
        for watcher in self._watchers:
            if talk_id is None or watcher.talk_id in (None, talk_id):
                watcher.tell()
