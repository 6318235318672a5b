"""`make lock`: chooses the newest versions of all packages anew and writes the lock files, with hashes.

Each lock holds for every platform that the product runs on. It names no place that packages come from.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.install import uv
from bot.install.errors import InstallError
from bot.install.setup import PROJECT
from bot.install.tools import run
from bot.progress import say

# Later ones hold to the versions of earlier ones. Rasa's Python is 3.10, the product's 3.11 or newer.
_LOCKS = (("bootstrap", "3.11"), ("app", "3.11"), ("dev", "3.11"), ("rasa", "3.10"))
_OPTIONS = ("--universal", "--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url")


def main() -> int:
    """Writes all locks; the exit code."""
    try:
        lock_all(PROJECT)
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def lock_all(project: Path) -> None:
    """Writes all locks. Raises InstallError."""
    tool = uv.find_or_bring(project)
    requirements = project / "requirements"
    for name, version in _LOCKS:
        say(f"Choosing the packages of {name} …")
        command: list[str | Path] = [tool, "pip", "compile", "--quiet", "--upgrade", *_OPTIONS]
        command += ["--python-version", version, "-o", requirements / f"{name}.txt"]
        command.append(requirements / f"{name}.in")
        if run(command, environment=os.environ) != 0:
            raise InstallError(f"The packages of {name} could not be chosen; the reason is above.")


if __name__ == "__main__":
    sys.exit(main())
