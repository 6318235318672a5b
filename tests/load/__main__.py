"""``make load``: acknowledgement, turns, memory, and plain Rasa in the same run; a table at the end, kept in ``build/load.txt``."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bot.progress import say
from tests.load import plain_rasa
from tests.load.product import PEOPLE, MeasuredProduct, Writers
from tests.load.provider import Provider
from tests.load.traffic import Measured, at_once, at_rate

ROOT = Path(__file__).resolve().parent.parent.parent
RATES = (50, 200, 500)
PARTS = ("turns", "soak", "acknowledgements", "plain-rasa")
GOAL = 30.0
"""Turns a second; half of it is the soak's rate where the turns are not measured."""
WARM_UP = 40
AT_ONCE = 12
_EMPTY = (
    "DELETE FROM procrastinate_jobs WHERE status IN ('todo', 'failed')",
    "UPDATE inbound_message SET outcome = 'dropped' WHERE outcome IS NULL",
    "UPDATE outbound_message SET status = 'cancelled' WHERE status = 'queued'",
)


class Report:
    """Lines for the screen and the file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, line: str) -> None:
        """Say it at once, and keep it."""
        say(line)
        self.lines.append(line)

    def measured(self, name: str, found: Measured) -> None:
        """One row."""
        self.add(
            f"{name:<44}{found.rate:>8.1f} /s   p50 {found.quantile(0.5):>7.1f}   p95 {found.quantile(0.95):>7.1f}"
            f"   p99 {found.quantile(0.99):>7.1f} ms   failed {found.failed}"
        )


def main() -> int:
    """Start, measure, stop, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement (20)")
    parser.add_argument("--soak", type=float, default=600.0, help="length of the soak (600)")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="turns under way at saturation (12)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts (all)")
    parser.add_argument("--rate", type=float, help="turns a second in the soak (half of what was reached)")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="webhooks a second (50 200 500)")
    parser.add_argument("--rasa", type=int, default=1, help="processes of Rasa (1)")
    parser.add_argument("--workers", type=int, default=1, help="workers (1)")
    parser.add_argument("--web", type=int, default=1, help="web processes (1)")
    asked = parser.parse_args()
    report = Report()
    load = f"{os.getloadavg()[0]:.1f}"
    report.add(
        f"{platform.machine()}, {os.cpu_count()} cores, load before the start {load}; {time.strftime('%Y-%m-%d %H:%M')}"
    )
    more = {
        "RASA_PROCESSES": str(asked.rasa),
        "WORKER_PROCESSES": str(asked.workers),
        "WEB_PROCESSES": str(asked.web),
    }
    with tempfile.TemporaryDirectory(prefix="load-", ignore_cleanup_errors=True) as folder:
        product = MeasuredProduct(
            root=ROOT, home=Path(folder) / "data", models=ROOT / "build" / "models", more=more
        )
        try:
            product.start()
            asyncio.run(_measure(product, asked, report))
        finally:
            product.stop()
            product.http.close()
    (ROOT / "build" / "load.txt").write_text("\n".join(report.lines) + "\n", encoding="utf-8")
    return 0


async def _measure(product: MeasuredProduct, asked: argparse.Namespace, report: Report) -> None:
    provider = Provider()
    await provider.open(product.provider_port)
    writers = Writers(product, provider)
    for number in range(WARM_UP):
        await writers.converse(number)
    ours, rate = None, asked.rate or GOAL / 2
    if "turns" in asked.only:
        ours = await _turns(product, writers, asked, report)
        rate = asked.rate or ours.half.rate
    if "soak" in asked.only:
        await _soak(product, writers, rate, asked.soak, report)
    if "acknowledgements" in asked.only:
        await _acknowledgements(product, writers, asked, report)
    if "plain-rasa" in asked.only:
        await _plain(product, asked, rate, ours, report)
    await writers.wire.close()
    await provider.close()


@dataclass(frozen=True, kw_only=True)
class Turns:
    """At saturation, and at half of that."""

    full: Measured
    half: Measured


async def _turns(
    product: MeasuredProduct, writers: Writers, asked: argparse.Namespace, report: Report
) -> Turns:
    before = product.cpu_seconds()
    found = await at_once(writers.converse, workers=asked.at_once, seconds=asked.seconds)
    report.measured("turns at saturation (webhook to provider)", found)
    report.add(f"  processor time a turn, ms: {_shares(before, product.cpu_seconds(), len(found.times))}")
    half = await at_rate(writers.converse, rate=max(1.0, found.rate / 2), seconds=asked.seconds)
    report.measured("turns at half of that", half)
    return Turns(full=found, half=half)


def _shares(before: dict[str, float], after: dict[str, float], requests: int) -> str:
    """What each program used for one of them, most first."""
    spent = {name: 1000 * (after[name] - before.get(name, 0.0)) / max(1, requests) for name in after}
    return ", ".join(f"{name} {spent[name]:.1f}" for name in sorted(spent, key=lambda name: -spent[name]))


async def _soak(
    product: MeasuredProduct, writers: Writers, rate: float, seconds: float, report: Report
) -> None:
    """Memory after the first minute (or half of a shorter soak) and at the end."""
    first = min(60.0, seconds / 2)
    await at_rate(writers.converse, rate=rate, seconds=first)
    early = product.memory_mb()
    await at_rate(writers.converse, rate=rate, seconds=seconds - first)
    late = product.memory_mb()
    grown = ", ".join(f"{name} {early.get(name, 0):.0f} → {late[name]:.0f}" for name in sorted(late))
    report.add(f"memory in MB after {first:.0f} s and {seconds:.0f} s at {rate:.0f} turns/s: {grown}")


async def _acknowledgements(
    product: MeasuredProduct, writers: Writers, asked: argparse.Namespace, report: Report
) -> None:
    """While the worker works on what comes in; what is left is dropped before the next rate. Everybody has written before."""
    await at_once(writers.write, workers=AT_ONCE, times=writers.strangers)
    await _drop_what_waits(product)
    for rate in asked.rates:
        before = product.cpu_seconds()
        found = await at_rate(writers.write, rate=rate, seconds=asked.seconds / 2)
        report.measured(f"acknowledgements at {rate} webhooks/s", found)
        report.add(
            f"  processor time a webhook, ms: {_shares(before, product.cpu_seconds(), len(found.times))}"
        )
        await _drop_what_waits(product)


async def _drop_what_waits(product: MeasuredProduct) -> None:
    with psycopg.connect(product.database_url(), autocommit=True) as connection:
        for statement in _EMPTY:
            connection.execute(statement.encode())
    await asyncio.sleep(2.0)


async def _plain(
    product: MeasuredProduct, asked: argparse.Namespace, rate: float, ours: Turns | None, report: Report
) -> None:
    folder = ROOT / "build" / "plain-rasa"
    await asyncio.to_thread(plain_rasa.prepare, folder, ROOT)
    port = product.port + 8
    with plain_rasa.serving(folder, port, product.database_url()):
        writers = plain_rasa.PlainWriters(port, PEOPLE)
        for number in range(WARM_UP):
            await writers.converse(number)
        theirs = await at_once(writers.converse, workers=asked.at_once, seconds=asked.seconds)
        report.measured("plain Rasa at saturation", theirs)
        same = await at_rate(writers.converse, rate=rate, seconds=asked.seconds)
        report.measured("plain Rasa at the rate of our half", same)
        await writers.wire.close()
    if ours is not None:
        report.add(
            f"ratios to plain Rasa: turns a second {ours.full.rate / max(theirs.rate, 0.01):.2f}, "
            f"p50 at the same rate {ours.half.quantile(0.5) / max(same.quantile(0.5), 0.01):.2f}, "
            f"p95 {ours.half.quantile(0.95) / max(same.quantile(0.95), 0.01):.2f}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
