"""What comes together is stored together: who hears of it when, and whom one that cannot be stored concerns."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.locks import LATER, Later
from bot.web.storing import Storing

SECONDS = 30.0
_Result = TypeVar("_Result")


class Shelf:
    """Stores words; their key is the first letter. ``shut`` lets nobody go on; ``busy`` are keys or words that have to wait."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.alone_calls: list[str] = []
        self.kept: list[str] = []
        self.refused: set[str] = set()
        self.busy: set[str] = set()
        self.away = False
        self.entered = threading.Semaphore(0)
        self.shut = threading.Event()
        self.held_back = threading.Event()
        self.shut.set()
        self.held_back.set()

    def key(self, word: str) -> str:
        return word[0]

    def together(self, words: Sequence[str]) -> list[str | Later]:
        self.calls.append(list(words))
        self.entered.release()
        assert self.shut.wait(SECONDS)
        self._check(words)
        free = [word for word in words if not {word, word[0]} & self.busy]
        self.kept += free
        return [f"kept {word}" if word in free else LATER for word in words]

    def alone(self, word: str) -> str:
        self.alone_calls.append(word)
        assert self.held_back.wait(SECONDS)
        self._check([word])
        self.kept.append(word)
        return f"kept {word}"

    def _check(self, words: Sequence[str]) -> None:
        if self.away:
            raise OperationalError("", {}, Exception("away"))
        for word in words:
            if word in self.refused:
                raise ValueError(word)


def run(scenario: Callable[[Shelf, Storing[str, str]], Awaitable[_Result]]) -> tuple[Shelf, _Result]:
    shelf = Shelf()

    async def within() -> _Result:
        return await asyncio.wait_for(scenario(shelf, Storing(shelf)), SECONDS)

    return shelf, asyncio.run(within())


async def brought(storing: Storing[str, str], *words: str) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(storing.put(word)) for word in words]
    await asyncio.sleep(0)
    return tasks


async def entered(shelf: Shelf) -> None:
    await asyncio.to_thread(shelf.entered.acquire)


def test_nobody_hears_of_it_before_it_is_stored_and_what_comes_meanwhile_is_one_group() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str]:
        shelf.shut.clear()
        first = await brought(storing, "a1")
        await entered(shelf)
        others = await brought(storing, "b1", "a2", "c1")
        await asyncio.sleep(0.02)
        assert not any(task.done() for task in (*first, *others))
        shelf.shut.set()
        return await asyncio.gather(*first, *others)

    shelf, heard = run(scenario)
    assert shelf.calls == [["a1"], ["b1", "a2", "c1"]]
    assert heard == ["kept a1", "kept b1", "kept a2", "kept c1"]


def test_one_that_cannot_be_stored_takes_nobody_down() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str | BaseException]:
        shelf.refused = {"b1"}
        return await asyncio.gather(*await brought(storing, "a1", "b1", "a2"), return_exceptions=True)

    shelf, heard = run(scenario)
    assert (heard[0], heard[2]) == ("kept a1", "kept a2")
    assert isinstance(heard[1], ValueError)
    assert shelf.kept == ["a1", "a2"]


def test_while_the_database_is_away_all_hear_so_at_once_and_later_ones_are_stored() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str | BaseException]:
        shelf.away = True
        heard = await asyncio.gather(*await brought(storing, "a1", "b1"), return_exceptions=True)
        shelf.away = False
        return [*heard, await storing.put("a1")]

    shelf, heard = run(scenario)
    assert [type(each) for each in heard] == [OperationalError, OperationalError, str]
    assert shelf.calls == [["a1", "b1"], ["a1"]]


def test_who_has_to_wait_for_somebody_keeps_nobody_waiting_but_those_behind_in_the_same_line() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str]:
        shelf.busy = {"a"}
        shelf.held_back.clear()
        waiting = await brought(storing, "a1", "b1", "a2")
        assert await waiting[1] == "kept b1"
        shelf.busy = set()
        behind = await brought(storing, "a3", "b2")
        assert await behind[1] == "kept b2"
        assert not any(task.done() for task in (waiting[0], waiting[2], behind[0]))
        shelf.held_back.set()
        await asyncio.gather(waiting[0], waiting[2], behind[0])
        return [await storing.put("a4")]

    shelf, _ = run(scenario)
    assert [word for word in shelf.kept if word[0] == "a"] == ["a1", "a2", "a3", "a4"]
    assert shelf.alone_calls == ["a1", "a2", "a3"]


def test_in_a_line_too_one_that_cannot_be_stored_takes_nobody_down() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str | BaseException]:
        shelf.busy, shelf.refused = {"a"}, {"a1"}
        shelf.held_back.clear()
        waiting = await brought(storing, "a1", "a2", "b1")
        shelf.held_back.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    _, heard = run(scenario)
    # Together none of them could be stored, so each was tried by itself.
    assert isinstance(heard[0], ValueError)
    assert heard[1:] == ["kept a2", "kept b1"]


def test_a_line_that_begins_while_each_is_tried_by_itself_keeps_its_order() -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> None:
        shelf.busy, shelf.refused = {"a1"}, {"b1"}
        shelf.held_back.clear()
        waiting = await brought(storing, "b1", "a1", "a2", "c1")
        assert await waiting[3] == "kept c1"
        shelf.held_back.set()
        await asyncio.gather(*waiting, return_exceptions=True)

    shelf, _ = run(scenario)
    assert [word for word in shelf.kept if word[0] == "a"] == ["a1", "a2"]


@pytest.mark.parametrize("gone", [0, 1])
def test_who_goes_away_leaves_it_stored_once_and_the_others_served(gone: int) -> None:
    async def scenario(shelf: Shelf, storing: Storing[str, str]) -> list[str]:
        shelf.shut.clear()
        tasks = await brought(storing, "a1")
        await entered(shelf)
        tasks += await brought(storing, "a2", "b1")
        tasks[gone].cancel()
        shelf.shut.set()
        return await asyncio.gather(*(task for at, task in enumerate(tasks) if at != gone))

    shelf, heard = run(scenario)
    assert sorted(shelf.kept) == ["a1", "a2", "b1"]
    assert len(heard) == 2
