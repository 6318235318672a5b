"""Starts everything and stays."""

from __future__ import annotations

import argparse
import signal

from bot.config import load_settings
from bot.supervise import launch, run


def configure(parser: argparse.ArgumentParser) -> None:
    """`--with-parent`: for `make`, which may be killed without a chance to say so."""
    parser.add_argument("--with-parent", action="store_true", help="stop when the parent process ends")


def execute(arguments: argparse.Namespace) -> int:
    """Returns when the product was told to stop."""
    if arguments.with_parent:
        launch.end_with_parent(signal.SIGTERM)
    return run.run(load_settings())
