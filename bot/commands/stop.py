"""Stops the run of this data directory from another terminal."""

from __future__ import annotations

import argparse
import os
import signal
import time

from bot.config import load_settings
from bot.problem import Problem
from bot.progress import say
from bot.supervise import instance

_SECONDS = 40.0


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: DATA_DIR says which run."""


def execute(arguments: argparse.Namespace) -> int:
    """Returns when the run has ended."""
    data = load_settings().data
    pid = instance.running_process(data)
    if pid is None:
        say(f"Nothing runs with DATA_DIR={data.root}.")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _SECONDS
    while instance.running_process(data) is not None:
        if time.monotonic() > deadline:
            raise Problem(
                f"The run (process {pid}) does not end; `kill -9 {pid}` ends it and all its processes."
            )
        time.sleep(0.2)
    say("Stopped.")
    return 0
