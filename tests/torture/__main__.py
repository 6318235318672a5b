"""``python -m tests.torture``: the long form on an installation of its own; exit code 1 where a promise was broken."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.progress import say
from tests.e2e.product import Product
from tests.torture.plan import LONG, SHORT
from tests.torture.run import Report, run

ROOT = Path(__file__).resolve().parent.parent.parent
DISK_MB = 900
WIDTH = 62


def main() -> int:
    """Start, torture, stop, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed chooses the same people and faults (1)"
    )
    parser.add_argument("--short", action="store_true", help="16 people and seconds instead of minutes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "data"
        with _small_disk(home) as disk:
            report = _tortured(home, arguments.seed, short=arguments.short, disk=disk)
    _print(report, arguments.seed, disk=disk)
    return 0 if report.proof.holds else 1


def _tortured(home: Path, seed: int, *, short: bool, disk: bool) -> Report:
    product = Product(root=ROOT, home=home, models=ROOT / "build" / "models")
    try:
        product.start()
        return run(product, SHORT if short else LONG, seed=seed, disk=disk)
    finally:
        product.stop()
        product.http.close()


@contextmanager
def _small_disk(home: Path) -> Iterator[bool]:
    """A file system of its own for the data, so that it can be full without harm to anybody; needs root. The sandbox stands for other
    people's machines: its journal lies elsewhere.
    """
    home.mkdir(parents=True)
    mounted = os.geteuid() == 0 and platform.system() == "Linux"
    mounted = (
        mounted
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "tmpfs", str(home)],
            capture_output=True,
        ).returncode
    )
    if not mounted:
        say("Without root the disk cannot be filled; that fault is left out.")
        yield False
        return
    try:
        outside = home.parent / "sandbox"
        outside.mkdir()
        (home / "sandbox").symlink_to(outside)
        yield True
    finally:
        subprocess.run(["umount", "-l", str(home)], check=False)


def _print(report: Report, seed: int, *, disk: bool) -> None:
    say(
        f"\nTorture, seed {seed}, {report.seconds:.0f} s" + ("" if disk else ", disk full left out (no root)")
    )
    tally = report.tally
    say(
        f"People asked {tally.asked} times, sent {tally.bursts} bursts, booked {tally.booked}, cancelled {tally.cancelled}, "
        f"and waited in vain {tally.broken_off} times."
    )
    for name, count in report.proof.counts.items():
        say(f"  {name:<{WIDTH}}{count:>6}")
    for recovery in report.recoveries:
        took = "no answer" if recovery.seconds is None else f"{recovery.seconds:.1f} s"
        say(f"  recovery after {recovery.fault:<{WIDTH - 15}}{took:>6}")
    for name, violations in report.proof.violations.items():
        say(f"  {name:<{WIDTH}}{len(violations):>6}")
        for violation in violations[:20]:
            say(f"      {violation}")


if __name__ == "__main__":
    sys.exit(main())
