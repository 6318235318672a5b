"""Is there room? Asked before gigabytes are fetched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from bot.install.errors import InstallError

GIGABYTE = 10**9


def require(directory: Path, needed: int, *, purpose: str) -> None:
    """Raises InstallError where the file system of `directory` has fewer than `needed` bytes free."""
    free = shutil.disk_usage(existing(directory)).free
    if free < needed:
        raise InstallError(
            f"{purpose} needs {needed / GIGABYTE:.1f} GB on the disk of {directory} and only "
            f"{free / GIGABYTE:.1f} GB are free: make room and start again."
        )


def existing(path: Path) -> Path:
    """`path`, or the nearest directory above it that exists."""
    while not path.exists():
        path = path.parent
    return path


def same_disk(one: Path, other: Path) -> bool:
    """Whether both lie on one file system, so that files can be shared between them."""
    return os.stat(existing(one)).st_dev == os.stat(existing(other)).st_dev


def written_since_now(directory: Path) -> Callable[[], str]:
    """Gives a function that says how much the disk of `directory` has filled since, for showing progress."""
    before = shutil.disk_usage(directory).free
    return lambda: f"{max(0, before - shutil.disk_usage(directory).free) / GIGABYTE:.1f} GB"
