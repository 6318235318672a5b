"""Where uv comes from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.install import uv
from bot.install.errors import InstallError

from .conftest import Tool

# Stands in for Python: its `venv` copies it, its `pip` installs a uv, and it notes what it was asked.
PYTHON = """
echo "$@" >> "{log}"
case "$2" in
  venv) if [ -e "{log}.no-venv" ]; then exit 1; fi; mkdir -p "$4/bin"; cp "$0" "$4/bin/python";;
  pip) if [ -e "{log}.no-network" ]; then exit 1; fi
    while [ $# -gt 1 ]; do if [ "$1" = --target ]; then place=$2; fi; shift; done
    place=${{place:-$(dirname "$(dirname "$0")")}}; mkdir -p "$place/bin"
    printf '#!/bin/sh\\necho "uv 0.9.9"\\n' > "$place/bin/uv"; chmod +x "$place/bin/uv";;
esac
"""


@pytest.fixture
def log(tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the stand-in for Python was asked."""
    log = tmp_path / "python-calls"
    monkeypatch.setattr(sys, "executable", str(tool("python-stand-in", PYTHON.format(log=log))))
    return log


def test_an_installed_one_is_used(fake_uv: Path, project: Path, log: Path) -> None:
    assert uv.find_or_bring(project) == fake_uv
    assert not log.exists()


def test_one_that_is_too_old_or_does_not_run_is_not_used(tool: Tool, project: Path, log: Path) -> None:
    tool("uv", "echo uv 0.1.45")
    assert uv.find_or_bring(project) == project / ".venv-bootstrap" / "bin" / "uv"
    tool("uv", "exit 127")
    assert uv.find_or_bring(project) == project / ".venv-bootstrap" / "bin" / "uv"


def test_the_pinned_one_is_brought_once_with_its_hash_checked(tools: Path, project: Path, log: Path) -> None:
    first = uv.find_or_bring(project)
    assert uv.find_or_bring(project) == first
    assert os.access(first, os.X_OK)
    asked = log.read_text(encoding="utf-8").splitlines()
    assert len(asked) == 2
    assert "--require-hashes" in asked[1]
    assert asked[1].endswith("requirements/bootstrap.txt")


def test_without_the_venv_module_pip_will_do(tools: Path, project: Path, log: Path) -> None:
    log.with_name(f"{log.name}.no-venv").touch()
    assert uv.find_or_bring(project) == project / ".venv-bootstrap" / "target" / "bin" / "uv"


def test_without_network_it_says_what_to_do(tools: Path, project: Path, log: Path) -> None:
    log.with_name(f"{log.name}.no-network").touch()
    with pytest.raises(InstallError, match="check the network"):
        uv.find_or_bring(project)
