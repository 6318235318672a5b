"""The set-up from beginning to end."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.install import browser, environments, interpreters, uv
from bot.install.environments import Environment
from bot.install.errors import InstallError
from bot.install.tools import output_of, run
from bot.progress import say, step

PROJECT = Path(__file__).resolve().parent.parent.parent


def main(arguments: Sequence[str]) -> int:
    """Sets up for `run` or for `test`; the exit code. What a person can mend is one sentence on stderr."""
    parser = argparse.ArgumentParser(
        prog="python3 -m bot.install", description="Installs what the project needs."
    )
    parser.add_argument("purpose", choices=("run", "check", "test"), nargs="?", default="run")
    parser.add_argument("--project", type=Path, default=PROJECT, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        with _alone(asked.project):
            install(asked.project, asked.purpose)
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def install(project: Path, purpose: str) -> None:
    """Makes what is missing for `purpose`. Raises InstallError."""
    app = environments.app_environment(project, with_tools=purpose != "run")
    rasa = environments.rasa_environment(project)
    wanted = [app] if purpose == "check" else [app, rasa]
    outdated = [environment for environment in wanted if not environments.is_current(environment)]
    if outdated:
        tool = uv.find_or_bring(project)
        # Both interpreters are found before anything large is fetched.
        pythons = [_python_for(environment, rasa, tool) for environment in outdated]
        for environment, python in zip(outdated, pythons, strict=True):
            environments.make(environment, python=python, uv=tool)
    if purpose == "test":
        browser.ensure(app.python)


def _python_for(environment: Environment, rasa: Environment, tool: Path) -> str:
    return find_rasa_python(tool) if environment == rasa else _find_app_python(tool)


def _find_app_python(tool: Path) -> str:
    found = interpreters.find_app_python()
    if found is None:
        raise InstallError(interpreters.NO_APP_PYTHON)
    return found


def find_rasa_python(tool: Path) -> str:
    """A Python 3.10: named by PYTHON310, installed, or brought by `uv`. Raises InstallError."""
    named = os.environ.get("PYTHON310")
    if named:
        if interpreters.version_of(named) != interpreters.RASA:
            raise InstallError(
                f"PYTHON310 is {named}, which does not run as Python 3.10: correct it or unset it."
            )
        return named
    found = interpreters.find(interpreters.RASA) or _known_to_uv(tool)
    if found is None:
        with step("Python 3.10 was not found; downloading it"):
            run([tool, "python", "install", "3.10"], environment=os.environ)
            found = _known_to_uv(tool)
            if found is None:
                raise InstallError(interpreters.NO_RASA_PYTHON)
    return found


def _known_to_uv(tool: Path) -> str | None:
    command: list[str | Path] = [tool, "python", "find", "3.10"]
    command += ["--no-python-downloads", "--no-project", "--system"]
    found = output_of(command, environment=os.environ)
    return found if found and interpreters.version_of(found) == interpreters.RASA else None


@contextmanager
def _alone(project: Path) -> Iterator[None]:
    """Two set-ups of one directory at the same time wait for each other; the lock leaves no file behind."""
    descriptor = os.open(project, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this directory is under way; waiting for it …")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _stop(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt
