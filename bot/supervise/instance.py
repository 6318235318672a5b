"""One run per data directory: a lock that the kernel gives back however the run ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.data_dir import DataDir
from bot.supervise.errors import StartError


@contextmanager
def exclusive(data: DataDir) -> Iterator[None]:
    """Holds the data directory while the block lasts. Raises StartError where another run does."""
    descriptor = _open(data)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"The product already runs with DATA_DIR={data.root} (process {_holder(data)}): stop it with "
                "`make stop`, or choose another DATA_DIR and PORT."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def running_process(data: DataDir) -> int | None:
    """The process id of the run that holds the data directory, or None."""
    if not data.lock.exists():
        return None
    descriptor = os.open(data.lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(data)
    finally:
        os.close(descriptor)
    return None


def _open(data: DataDir) -> int:
    try:
        for directory in (data.root, data.run, data.logs, data.models):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(data.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(
            f"DATA_DIR cannot be used ({error.strerror}: {error.filename}): choose a directory that can be "
            "written."
        ) from error


def _holder(data: DataDir) -> int | None:
    text = data.lock.read_text(encoding="ascii").strip()
    return int(text) if text.isdigit() else None
