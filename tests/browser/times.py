"""`python -m tests.browser.times`: how long the console's pages take to their first byte, with many conversations.

Makes a database of its own in an embedded PostgreSQL and takes it away afterwards.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

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


def main(arguments: list[str]) -> int:
    """Prints a line a page: the median and the slowest of some rounds, in milliseconds."""
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
        with serving(sessions, Path(folder)) as site:
            _measure(site)
        engine.dispose()
    return 0


def _measure(site: Site) -> None:
    print(f"{'median':>8} {'slowest':>8}  milliseconds to the first byte; the goal is {GOAL_MILLISECONDS}")
    cookies = {"staff": token_of(site, "organiser-fr")}
    with httpx.Client(base_url=site.url, cookies=cookies) as client:
        for path in [page.path for page in console_pages()] + MORE:
            with site.sessions() as session:
                address = filled(session, path)
            taken = [_first_byte(client, address) for _ in range(ROUNDS + 1)][1:]
            mark = "" if statistics.median(taken) <= GOAL_MILLISECONDS else "  over the goal"
            print(f"{statistics.median(taken):8.0f} {max(taken):8.0f}  {path}{mark}", flush=True)


def _first_byte(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    with client.stream("GET", address) as answer:
        next(answer.iter_raw(), b"")
        return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
