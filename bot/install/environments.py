"""The two environments, made from the lock files and left alone while they match them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.install import disk, interpreters
from bot.install.errors import InstallError
from bot.install.tools import output_of, run
from bot.progress import step

# Room for the packages unpacked, measured on Linux, with a margin.
_APP_BYTES = int(0.9 * disk.GIGABYTE)
_RASA_BYTES = int(3.2 * disk.GIGABYTE)


@dataclass(frozen=True)
class Environment:
    """An environment: where it is, what is installed in it, and which Pythons will do."""

    directory: Path
    locks: tuple[Path, ...]
    title: str
    size: int

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.directory / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The record of what was installed, written last."""
        return self.directory / "installed.json"


def app_environment(project: Path, *, with_tools: bool) -> Environment:
    """The product's environment; the development tools join it and stay once they were asked for."""
    directory = project / ".venv"
    requirements = project / "requirements"
    app, tools = requirements / "app.txt", requirements / "dev.txt"
    with_tools = with_tools or tools.name in _installed(directory / "installed.json")
    locks = (app, tools) if with_tools else (app,)
    return Environment(directory=directory, locks=locks, title="the product's packages", size=_APP_BYTES)


def rasa_environment(project: Path) -> Environment:
    """Rasa's environment."""
    lock = project / "requirements" / "rasa.txt"
    return Environment(
        directory=project / ".venv-rasa", locks=(lock,), title="Rasa (2.5 GB)", size=_RASA_BYTES
    )


def is_current(environment: Environment) -> bool:
    """Whether the environment runs and holds exactly what its lock files say."""
    if _installed(environment.stamp) != _wanted(environment):
        return False
    return interpreters.version_of(str(environment.python)) is not None


def make(environment: Environment, *, python: str, uv: Path) -> None:
    """Makes or updates the environment. Raises InstallError."""
    _require_room(environment, uv)
    if interpreters.version_of(str(environment.python)) != interpreters.version_of(python):
        if environment.directory.exists():
            shutil.rmtree(environment.directory)
        if (
            run([uv, "venv", "--quiet", "--python", python, environment.directory], environment=os.environ)
            != 0
        ):
            raise InstallError(
                f"{environment.directory} could not be made with {python}; the reason is above."
            )
    environment.stamp.unlink(missing_ok=True)
    title = f"Installing {environment.title} into {environment.directory.name}"
    with step(title, detail=disk.written_since_now(environment.directory)):
        command: list[str | Path] = [uv, "pip", "sync", "--quiet", "--require-hashes"]
        command += ["--python", environment.python, *environment.locks]
        if run(command, environment=os.environ) != 0:
            raise InstallError(_why_it_failed(environment))
    environment.stamp.write_text(json.dumps(_wanted(environment), indent=2), encoding="utf-8")


def _require_room(environment: Environment, uv: Path) -> None:
    purpose = f"Installing {environment.title}"
    already = environment.python.exists()
    disk.require(environment.directory, environment.size // (4 if already else 1), purpose=purpose)
    cache = output_of([uv, "cache", "dir"], environment=os.environ)
    if cache and not disk.same_disk(Path(cache), environment.directory):
        disk.require(Path(cache), environment.size // (4 if already else 1), purpose=purpose)


def _why_it_failed(environment: Environment) -> str:
    if shutil.disk_usage(environment.directory).free < disk.GIGABYTE // 5:
        return (
            f"The disk of {environment.directory} is full: make room and start again; what is done is kept."
        )
    return (
        f"Installing {environment.title} failed, and the reason is above: check the network and start again; "
        "what is done is kept."
    )


def _wanted(environment: Environment) -> dict[str, str]:
    return {lock.name: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in environment.locks}


def _installed(stamp: Path) -> dict[str, str]:
    try:
        content = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
