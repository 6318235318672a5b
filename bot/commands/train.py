"""Trains the model if its inputs changed."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.progress import say
from bot.supervise import training


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def execute(arguments: argparse.Namespace) -> int:
    """Prints where the model is."""
    say(str(training.ensure_model(load_settings().data)))
    return 0
