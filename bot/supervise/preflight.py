"""What would make a start fail later and less clearly, looked at first."""

from __future__ import annotations

import errno
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

from bot.config import Settings
from bot.supervise.errors import StartError
from bot.supervise.programs import RASA_PYTHON, Program

# The cluster, its journal, a model and the logs of a first run; what a later one may add.
_FIRST_BYTES = 600 * 10**6
_LATER_BYTES = 100 * 10**6


def check(settings: Settings, programs: Sequence[Program]) -> None:
    """Raises StartError with the first thing that is wrong."""
    require_rasa()
    first = settings.embedded_database and not settings.data.postgres.exists()
    require_room(settings.data.root, _FIRST_BYTES if first else _LATER_BYTES)
    for program in programs:
        if program.port is not None:
            host = settings.host if program.name == "web" else "127.0.0.1"
            require_port(host, program.port, wanted_by=program.title, first=settings.port)
    if settings.sandbox and settings.sandbox_provider_port is not None:
        require_port("127.0.0.1", settings.sandbox_provider_port, wanted_by="sandbox", first=settings.port)


def require_rasa() -> None:
    """Raises StartError where Rasa's environment was not made."""
    if not RASA_PYTHON.exists():
        raise StartError("Rasa's environment is missing: start with `make run`, which makes it.")


def require_room(directory: Path, needed: int) -> None:
    """Raises StartError where fewer than `needed` bytes are free."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise StartError(
            f"The disk of {directory} is full ({free / 10**6:.0f} MB free, {needed / 10**6:.0f} needed): "
            "make room, "
            "or set DATA_DIR to a directory on another disk."
        )


def require_port(host: str, port: int, *, wanted_by: str, first: int) -> None:
    """Raises StartError where nothing can listen on `port`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        # A connection of an earlier run that is still being closed is no obstacle.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise StartError(_why_not(error, host, port, wanted_by=wanted_by, first=first)) from error


def _why_not(error: OSError, host: str, port: int, *, wanted_by: str, first: int) -> str:
    choose = f"choose others, for example `make run PORT={9000 if first != 9000 else 9100}`"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use, and the {wanted_by} needs it (ports {first} to {first + 4} are used): "
            f"end what uses it, or {choose}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may only be used by root: {choose}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host}, which is not an address of this machine: correct or remove it."
    return f"Port {port} on {host} cannot be used ({error.strerror}): {choose}, or correct HOST."
