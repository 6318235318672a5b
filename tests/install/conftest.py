"""A project to set up, and tools that stand in for the real ones: shell scripts that note how they were
called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Tool = Callable[..., Path]


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only directory on PATH besides the system's own; empty."""
    directory = tmp_path / "tools"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PYENV_ROOT", "PYTHON310", "CHROMIUM"):
        monkeypatch.delenv(name, raising=False)
    return directory


@pytest.fixture
def tool(tools: Path) -> Tool:
    """Puts a shell script on PATH."""

    def make(name: str, script: str) -> Path:
        path = tools / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """How the stand-in for uv was called so far."""
    log = tmp_path / "calls"
    return lambda: log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.fixture
def fake_uv(tool: Tool, tmp_path: Path) -> Path:
    """A uv that makes environments of this Python and installs nothing; `fail-sync` beside its log makes it
    fail.
    """
    return tool(
        "uv",
        f"""
        case "$1" in
          --version) echo "uv 9.9.9"; exit 0;;
          cache) echo "{tmp_path}/cache"; exit 0;;
        esac
        echo "$@" >> "{tmp_path}/calls"
        case "$1 $2" in
          "venv --quiet") mkdir -p "$5/bin"; printf '#!/bin/sh\\nexec {sys.executable} "$@"' > "$5/bin/python"
            chmod +x "$5/bin/python";;
          "pip sync") test ! -e "{tmp_path}/fail-sync";;
          "python find") exit 1;;
          "python install") exit 1;;
        esac
        """,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with lock files."""
    requirements = tmp_path / "project" / "requirements"
    requirements.mkdir(parents=True)
    for name in ("app", "dev", "rasa", "bootstrap"):
        (requirements / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    return requirements.parent
