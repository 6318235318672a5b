"""One run per data directory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.data_dir import PROJECT_ROOT, DataDir
from bot.supervise import instance
from bot.supervise.errors import StartError

HOLD = """
import pathlib, sys
from bot.data_dir import DataDir
from bot.supervise import instance
with instance.exclusive(DataDir(root=pathlib.Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_of_the_first(data: DataDir) -> None:
    with instance.exclusive(data):
        assert instance.running_process(data) == os.getpid()
        with pytest.raises(StartError, match=f"process {os.getpid()}"), instance.exclusive(data):
            pytest.fail("two runs at once")
    assert instance.running_process(data) is None


def test_a_killed_run_holds_nothing(data: DataDir) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data.root)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert instance.running_process(data) == holder.pid
        holder.kill()
        holder.wait(10)
    assert data.lock.exists()
    with instance.exclusive(data):
        assert instance.running_process(data) == os.getpid()


def test_nothing_runs_where_nothing_ever_ran(data: DataDir) -> None:
    assert instance.running_process(data) is None
