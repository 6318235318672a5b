"""``python -m tests.load.scale``: how many more turns a second two processes of Rasa and two workers carry than one of each.

Each of them gets a slow core of its own, the database, the web process and the load the rest of the machine; so a machine with two
cores shows what one with free cores would do. Needs root on Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
import time
from pathlib import Path

from bot.progress import say
from tests.load.product import MeasuredProduct, Writers
from tests.load.provider import Provider
from tests.load.slow_cores import SlowCores
from tests.load.traffic import Measured, at_once

ROOT = Path(__file__).resolve().parent.parent.parent
WARM_UP = 40
AT_ONCE = 12
"""Turns under way for each worker."""


def main() -> int:
    """Measure with one of each, then with more; print turns a second and their ratio to the first."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.scale", description=__doc__)
    parser.add_argument("--share", type=float, default=0.15, help="of a core, for each process (0.15)")
    parser.add_argument(
        "--processes", type=int, nargs="+", default=(1, 2), help="of Rasa and of workers (1 2)"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="length of each measurement (30)")
    asked = parser.parse_args()
    say(
        f"{platform.machine()}, {os.cpu_count()} cores, load before the start {os.getloadavg()[0]:.1f}; "
        f"{time.strftime('%Y-%m-%d %H:%M')}; {asked.share} of a core for each process"
    )
    first = 0.0
    for processes in asked.processes:
        found, idle = _measured(processes, asked.share, asked.seconds)
        first = first or found.rate
        say(
            f"{processes} of Rasa, {processes} workers: {found.rate:.1f} turns/s, {found.rate / first:.2f} of the first; "
            f"p50 {found.quantile(0.5):.0f}, p95 {found.quantile(0.95):.0f} ms; failed {found.failed}; "
            f"{idle:.0%} of the machine idle"
        )
    return 0


def _measured(processes: int, share: float, seconds: float) -> tuple[Measured, float]:
    more = {"RASA_PROCESSES": str(processes), "WORKER_PROCESSES": str(processes)}
    cores = SlowCores(share)
    with tempfile.TemporaryDirectory(prefix="scale-", ignore_cleanup_errors=True) as folder:
        product = MeasuredProduct(
            root=ROOT, home=Path(folder) / "data", models=ROOT / "build" / "models", more=more
        )
        try:
            product.start()
            return asyncio.run(_saturated(product, cores, AT_ONCE * processes, seconds))
        finally:
            product.stop()
            product.http.close()
            cores.release()


async def _saturated(
    product: MeasuredProduct, cores: SlowCores, workers: int, seconds: float
) -> tuple[Measured, float]:
    provider = Provider()
    await provider.open(product.provider_port)
    writers = Writers(product, provider)
    for number in range(WARM_UP):
        await writers.converse(number)
    for program, processes in product.programs().items():
        if program.startswith(("rasa", "worker")):
            cores.confine(processes)
    await at_once(writers.converse, workers=workers, seconds=5.0)
    before = _idle_and_all()
    found = await at_once(writers.converse, workers=workers, seconds=seconds)
    after = _idle_and_all()
    await writers.wire.close()
    await provider.close()
    return found, (after[0] - before[0]) / (after[1] - before[1])


def _idle_and_all() -> tuple[int, int]:
    """Ticks of all cores since the machine started: idle ones, and all."""
    ticks = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


if __name__ == "__main__":
    raise SystemExit(main())
