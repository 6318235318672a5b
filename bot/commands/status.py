"""Says which processes run."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.progress import say
from bot.supervise import instance, supervisord


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: DATA_DIR says which run."""


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 0 where all run, 3 where the product or one of its processes does not."""
    data = load_settings().data
    if instance.running_process(data) is None:
        say(f"Nothing runs with DATA_DIR={data.root}.")
        return 3
    states = supervisord.states(data)
    for state in states:
        say(f"{state.name:10} {state.state.lower():10} {state.explanation}")
    return 0 if all(state.state == "RUNNING" for state in states) else 3
