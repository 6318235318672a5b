"""Running other programs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# Variables that would make a tool work on somebody else's environment.
_MISLEADING = (
    *("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH"),
    *("UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT"),
)


def run(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> int:
    """Runs a tool with its output shown; its exit code. The tool ends when this process is told to."""
    process = subprocess.Popen(
        [str(part) for part in command], env=clean(environment), stdin=subprocess.DEVNULL
    )
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def output_of(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> str | None:
    """What a quick tool prints, or None where it fails or does not exist."""
    try:
        answer = subprocess.run(
            [str(part) for part in command],
            env=clean(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what would lead a tool astray."""
    return {name: value for name, value in environment.items() if name not in _MISLEADING}
