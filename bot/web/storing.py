"""What comes at the same moment is stored by one transaction: each commit waits for the disk, and each thread for the others.

Nothing waits for a clock: while one group is being stored the next one gathers. Whoever brought something hears of it only after the
commit of the group in which it was.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread

from bot.store.locks import Later, Left
from bot.web.errors import DATABASE_DOWN

MOST_TOGETHER = 100
LINES_AT_ONCE = 5
"""Lines that are worked off at once; each takes a connection to the database, for as long as it has to wait there."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Taken = TypeVar("_Taken", contravariant=True)
_Given = TypeVar("_Given", covariant=True)


class Store(Protocol[_Taken, _Given]):
    """How one kind of things is stored; each call is a transaction that is committed when it returns, and blocks."""

    def key(self, item: _Taken) -> Hashable:
        """What comes with one key is stored in the order in which it came."""

    def together(self, items: Sequence[_Taken]) -> Sequence[_Given | Later]:
        """Store several, one result for each; LATER for those that would have to wait for somebody."""

    def alone(self, item: _Taken) -> _Given:
        """Store one, whatever there is to wait for."""


class _Waiting(Generic[_Item, _Result]):
    """One that is not stored yet. Whoever brought it may have gone: it is stored all the same."""

    def __init__(self, item: _Item) -> None:
        self.item = item
        self.stored: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()

    def succeed(self, result: _Result) -> None:
        if not self.stored.done():
            self.stored.set_result(result)

    def fail(self, failure: Exception) -> None:
        if not self.stored.done():
            self.stored.set_exception(failure)


class Storing(Generic[_Item, _Result]):
    """Stores things of one kind; used from one event loop."""

    def __init__(self, store: Store[_Item, _Result]) -> None:
        self._store = store
        self._arrived: deque[_Waiting[_Item, _Result]] = deque()
        self._lines: dict[Hashable, deque[_Waiting[_Item, _Result]]] = {}
        self._room = asyncio.Semaphore(LINES_AT_ONCE)
        # Its own: pages of the console that are slow keep no webhook waiting.
        self._threads = CapacityLimiter(1 + LINES_AT_ONCE)
        self._at_work = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, item: _Item) -> _Result:
        """Store it, and return what became of it once that is committed. Raises what its own storing raised."""
        waiting = _Waiting[_Item, _Result](item)
        self._arrived.append(waiting)
        if not self._at_work:
            self._at_work = True
            self._begin(self._work())
        return await waiting.stored

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        """Store whatever has come, group after group, until nothing has."""
        try:
            while self._arrived:
                if group := self._next_group():
                    await self._store_group(group)
        finally:
            self._at_work = False

    def _next_group(self) -> list[_Waiting[_Item, _Result]]:
        group: list[_Waiting[_Item, _Result]] = []
        while self._arrived and len(group) < MOST_TOGETHER:
            each = self._arrived.popleft()
            if not self._joins_line(each):
                group.append(each)
        return group

    def _joins_line(self, each: _Waiting[_Item, _Result]) -> bool:
        """Whether something with its key waits already, and it now waits behind that."""
        line = self._lines.get(self._store.key(each.item))
        if line is None:
            return False
        line.append(each)
        return True

    async def _store_group(self, group: Sequence[_Waiting[_Item, _Result]]) -> None:
        items = [each.item for each in group]
        try:
            results = await to_thread.run_sync(self._store.together, items, limiter=self._threads)
            found = list(zip(group, results, strict=True))
        except DATABASE_DOWN as failure:
            # It is the same for all of them; each caller decides whether to come again.
            for each in group:
                each.fail(failure)
        except Exception as failure:  # noqa: BLE001 - whoever brought it hears of it, and it is no matter of the others'
            if len(group) == 1:
                group[0].fail(failure)
                return
            # One of them cannot be stored. Nobody else has to suffer for it.
            for each in group:
                if not self._joins_line(each):
                    await self._store_group([each])
        else:
            for each, result in found:
                if isinstance(result, Left):
                    self._line_up(each)
                else:
                    each.succeed(result)

    def _line_up(self, each: _Waiting[_Item, _Result]) -> None:
        """Store it apart from the groups, and after it whatever comes with its key meanwhile."""
        if not self._joins_line(each):
            key = self._store.key(each.item)
            self._lines[key] = deque([each])
            self._begin(self._work_off(key))

    async def _work_off(self, key: Hashable) -> None:
        line = self._lines[key]
        try:
            while line:
                each = line.popleft()
                async with self._room:
                    await self._store_alone(each)
        finally:
            del self._lines[key]

    async def _store_alone(self, each: _Waiting[_Item, _Result]) -> None:
        try:
            each.succeed(await to_thread.run_sync(self._store.alone, each.item, limiter=self._threads))
        except Exception as failure:  # noqa: BLE001 - as above
            each.fail(failure)
