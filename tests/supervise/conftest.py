"""A data directory, and programs that stand in for the product's."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.data_dir import DataDir
from bot.supervise.access import make_private
from bot.supervise.programs import Program, Stage
from bot.supervise.supervisord import Supervisor, launch

StartPrograms = Callable[..., Supervisor]


@pytest.fixture
def data() -> Iterator[DataDir]:
    """An empty data directory as a run finds it.

    Not one of pytest's own, which a second pytest closes to the user that PostgreSQL runs as under root.
    """
    with tempfile.TemporaryDirectory(prefix="caravan-test-") as place:
        found = DataDir(root=Path(place) / "data")
        for directory in (found.root, found.run, found.logs, found.models):
            directory.mkdir()
        make_private(found.sockets, None)
        yield found


@pytest.fixture
def supervise(data: DataDir) -> Iterator[StartPrograms]:
    """Starts a process manager with programs; stopped when the test ends."""
    started: list[Supervisor] = []

    def start(*programs: Program, **environment: str) -> Supervisor:
        inherited = {"PATH": os.environ["PATH"], **environment}
        supervisor = launch(data, programs, inherited)
        started.append(supervisor)
        supervisor.start(*(program.name for program in programs))
        return supervisor

    yield start
    for supervisor in started:
        supervisor.stop()


def script(
    name: str, code: str, *, stage: Stage = Stage.HELPER, hidden: tuple[str, ...] = (), nice: int = 0
) -> Program:
    """A program that runs some Python."""
    # On one line, as a configuration file wants it.
    command = (sys.executable, "-c", f"exec({code!r})")
    return Program(name=name, title=name, command=command, stage=stage, hidden=hidden, nice=nice)


def wait_for(condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Returns when the condition holds; fails the test when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process exists and has not just ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
