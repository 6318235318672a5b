"""The command line: `python -m bot COMMAND`. Each command is a module of `bot.commands`, imported when it is
asked for.

A command module has `configure(parser)`, which adds its arguments, and `execute(arguments) -> int`, its exit
code.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot import __version__
from bot.core.errors import AnaM3akError
from bot.problem import Problem


class CommandModule(Protocol):
    """What a module of `bot.commands` offers."""

    configure: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace], int]


@dataclass(frozen=True, kw_only=True)
class Command:
    """One word of the command line, what it does, and the module that does it."""

    name: str
    help: str
    module: str


COMMANDS = (
    Command(name="run", help="start everything and stay until Ctrl-C", module="bot.commands.run"),
    Command(
        name="stop", help="stop the product that runs with this data directory", module="bot.commands.stop"
    ),
    Command(name="status", help="say which processes run", module="bot.commands.status"),
    Command(name="migrate", help="bring the database to the present schema", module="bot.commands.migrate"),
    Command(
        name="load-caravan",
        help="make the caravan of a file the current one",
        module="bot.commands.load_caravan",
    ),
    Command(name="staff", help="make an account, or give one a new password", module="bot.commands.staff"),
    Command(name="erase", help="erase everything about a person", module="bot.commands.erase"),
    Command(name="backup", help="write database and attachments to a file", module="bot.commands.backup"),
    Command(name="restore", help="bring a backup into an empty installation", module="bot.commands.restore"),
    Command(
        name="seed-load",
        help="fill the sandbox with made-up conversations",
        module="bot.commands.seed_load",
    ),
    Command(
        name="labels",
        help="write what the staff labelled to the training sentences",
        module="bot.commands.labels",
    ),
    Command(name="train", help="train the model if its inputs changed", module="bot.commands.train"),
    Command(name="parse", help="understand each message of a file", module="bot.commands.parse"),
)


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code. What a person can mend is a sentence on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="The caravan's assistant.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = next((word for word in arguments if not word.startswith("-")), None)
    modules: dict[str, CommandModule] = {}
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.name, help=command.help, description=command.help)
        if command.name == asked:
            modules[asked] = _load(command.module)
            modules[asked].configure(subparser)
    parsed = parser.parse_args(arguments)
    try:
        return modules[parsed.command].execute(parsed)
    except (Problem, AnaM3akError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _load(module: str) -> CommandModule:
    loaded: CommandModule = importlib.import_module(module)  # a module is checked as the protocol it fulfils
    return loaded
