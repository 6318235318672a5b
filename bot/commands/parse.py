"""Understands each message of a file with the model that conversations use."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bot.config import load_settings
from bot.data_dir import PROJECT_ROOT
from bot.problem import Problem
from bot.supervise import environment, training
from bot.supervise.programs import RASA_PYTHON


def configure(parser: argparse.ArgumentParser) -> None:
    """IN and OUT are JSON Lines: see the documentation for their fields."""
    parser.add_argument("source", type=Path, metavar="IN", help='one {"text": …} a line')
    parser.add_argument("target", type=Path, metavar="OUT", help="one parse a line, in the same order")


def execute(arguments: argparse.Namespace) -> int:
    """Becomes Rasa's Python, which has the model's libraries; does not return."""
    source, target = arguments.source.absolute(), arguments.target.absolute()
    if not source.is_file():
        raise Problem(f"There is no file {source}.")
    data = load_settings().data
    model = training.ensure_model(data)
    command = [str(RASA_PYTHON), "-m", "bot.rasa_components.lean_parse", str(model), str(source), str(target)]
    os.chdir(PROJECT_ROOT)
    os.execve(command[0], command, environment.of_tools(data))
