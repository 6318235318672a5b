"""The tool that makes the environments: `uv` from PATH, or the pinned one, brought by pip with its hash
checked.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from bot.install.errors import InstallError
from bot.install.tools import output_of, run
from bot.progress import step

_OLDEST = (0, 5)
_NOT_BROUGHT = (
    "`uv` is not on PATH and could not be installed with pip (its output is above): check the network, "
    "install "
    "Python's venv module (for example `apt-get install python3-venv`), or install uv, and start again."
)


def find_or_bring(project: Path) -> Path:
    """A `uv` that runs. Raises InstallError."""
    installed = shutil.which("uv")
    if installed is not None and _is_usable(Path(installed)):
        return Path(installed)
    home = project / ".venv-bootstrap"
    for candidate in (home / "bin" / "uv", home / "target" / "bin" / "uv"):
        if _is_usable(candidate):
            return candidate
    return _bring(home, project / "requirements" / "bootstrap.txt")


def _is_usable(executable: Path) -> bool:
    printed = output_of([executable, "--version"], environment=os.environ) or ""
    version = re.match(r"uv (\d+)\.(\d+)", printed)
    return version is not None and (int(version[1]), int(version[2])) >= _OLDEST


def _bring(home: Path, lock: Path) -> Path:
    with step("Installing uv, which installs the rest"):
        if run([sys.executable, "-m", "venv", "--clear", home], environment=os.environ) == 0:
            install = [home / "bin" / "python", *_pip_install(lock)]
            executable = home / "bin" / "uv"
        else:
            # Debian's Python may come without what `venv` needs, but with pip.
            install = [sys.executable, *_pip_install(lock), "--target", home / "target"]
            executable = home / "target" / "bin" / "uv"
        if run(install, environment=os.environ) != 0 or not _is_usable(executable):
            raise InstallError(_NOT_BROUGHT)
    return executable


def _pip_install(lock: Path) -> list[str | Path]:
    return ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock]
