"""`python -m tests.browser.times`: how long the console's pages take to their first byte, with many conversations.

Makes a database of its own in an embedded PostgreSQL and takes it away afterwards.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event

from bot.data_dir import locate
from bot.store.engine import make_engine, make_sessions
from bot.store.migrate import upgrade
from bot.supervise import embedded
from tests.browser.pages import console_pages, filled
from tests.browser.site import Site, fill, serving, token_of

ROUNDS = 9
GOAL_MILLISECONDS = 100
MORE = [
    "/console/inbox?tab=closed",
    "/console/inbox?tab=all&page=300",
    "/console/numbers?days=90",
    "/console/numbers/messages?days=90",
    "/console/numbers/messages?each=person&days=90",
    "/console/numbers/stops.xlsx",
]
"""Heavy ones that look like others, and are not looked at in the browser."""


@dataclass
class Watch:
    """Counts an engine's statements, and the seconds that they took."""

    statements: int = 0
    seconds: float = 0.0
    _began: float = field(default=0.0, init=False)

    def look_at(self, engine: Engine) -> None:
        """From now on."""
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)

    def _begin(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def _end(self, *_: Any) -> None:
        self.statements += 1
        self.seconds += time.perf_counter() - self._began


def main(arguments: list[str]) -> int:
    """Prints a line a page: the median and the slowest of some rounds in milliseconds, what one round asks the database, and what
    of its time that takes.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.browser.times", description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=100_000)
    chosen = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="times-") as folder,
        embedded.serving(embedded.cluster_of(locate(Path(folder)))) as url,
    ):
        upgrade(url)
        engine = make_engine(url)
        sessions = make_sessions(engine)
        fill(sessions, conversations=chosen.conversations, messages=chosen.messages)
        watch = Watch()
        watch.look_at(engine)
        with serving(sessions, Path(folder)) as site:
            _measure(site, watch)
        engine.dispose()
    return 0


def _measure(site: Site, watch: Watch) -> None:
    heads = ("median", "slowest", "statements", "database")
    print(*(f"{head:>10}" for head in heads), f" milliseconds; the goal is {GOAL_MILLISECONDS}")
    cookies = {"staff": token_of(site, "organiser-fr")}
    with httpx.Client(base_url=site.url, cookies=cookies) as client:
        for path in [page.path for page in console_pages()] + MORE:
            with site.sessions() as session:
                address = filled(session, path)
            _first_byte(client, address)
            before, spent = watch.statements, watch.seconds
            taken = [_first_byte(client, address) for _ in range(ROUNDS)]
            each, spent = (watch.statements - before) / ROUNDS, (watch.seconds - spent) * 1000 / ROUNDS
            mark = "" if statistics.median(taken) <= GOAL_MILLISECONDS else "  over the goal"
            print(
                f"{statistics.median(taken):10.0f} {max(taken):10.0f} {each:10.0f} {spent:10.0f}  {path}{mark}",
                flush=True,
            )


def _first_byte(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    with client.stream("GET", address) as answer:
        next(answer.iter_raw(), b"")
        return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
