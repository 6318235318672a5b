"""Long steps, shown to the person at the terminal while they last.

Standard library only: the set-up uses it too.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LINE_EVERY_SECONDS = 10.0


def say(text: str) -> None:
    """One line to the person at the terminal, at once."""
    if sys.stdout.isatty():
        text = f"\r{text}\x1b[K"
    print(text, flush=True)


@contextmanager
def step(text: str, *, detail: Callable[[], str] = str) -> Iterator[None]:
    """Says what is being done, that it still is, and how long it took.

    `detail` adds what has been reached so far; it is asked from another thread.
    """
    say(f"{text} …")
    started = time.monotonic()
    finished = threading.Event()

    def state() -> str:
        return ", ".join(filter(None, (f"  … {time.monotonic() - started:.0f} s", detail())))

    watcher = threading.Thread(target=_show, args=(state, finished), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        finished.set()
        watcher.join()
    say(f"  done in {time.monotonic() - started:.0f} s")


def _show(state: Callable[[], str], finished: threading.Event) -> None:
    """One line that is written over on a terminal; elsewhere a line now and then."""
    terminal = sys.stdout.isatty()
    while not finished.wait(1.0 if terminal else _LINE_EVERY_SECONDS):
        if terminal:
            print(f"\r{state()}", end="\x1b[K", flush=True)
        else:
            print(state(), flush=True)
    if terminal:
        print("\r", end="\x1b[K", flush=True)
