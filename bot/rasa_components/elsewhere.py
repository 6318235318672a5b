"""Work in a second process, for the second core: the interpreter would let only one of two threads work."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


def elsewhere(function: Callable[..., T], *arguments: Any) -> Callable[[], T]:
    """Begins ``function(*arguments)`` in a new process; call what it gives to wait for the result.

    Function, arguments and result have to be picklable. Waiting raises EOFError where the function failed; its traceback
    is on the standard error output.
    """
    # Not forked: a library of this process may have threads.
    fresh = multiprocessing.get_context("spawn")
    receiving, sending = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_work, args=(sending, function, arguments), daemon=True)
    process.start()
    sending.close()

    def result() -> T:
        found: T = receiving.recv()
        process.join()
        return found

    return result


def _work(sending: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    sending.send(function(*arguments))
