"""Finding Pythons that really run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.data_dir import PROJECT_ROOT
from bot.install import interpreters

from .conftest import Tool

SHIM = 'echo "pyenv: python3.10: command not found" >&2; exit 127'
WORKS = "echo 3.10"


def test_a_shim_without_its_version_is_passed_over(tool: Tool, tmp_path: Path) -> None:
    tool("python3.10", SHIM)
    version = tmp_path / "home" / ".pyenv" / "versions" / "3.10.13" / "bin" / "python3.10"
    version.parent.mkdir(parents=True)
    version.write_text(f"#!/bin/sh\n{WORKS}\n", encoding="utf-8")
    version.chmod(0o755)
    assert interpreters.find((3, 10)) == str(version)


def test_path_comes_first(tool: Tool) -> None:
    assert interpreters.find((3, 10)) != (found := str(tool("python3.10", WORKS)))
    assert interpreters.find((3, 10)) == found


@pytest.mark.parametrize("script", [SHIM, "echo 3.9", "echo nonsense", "exit 0"])
def test_what_does_not_run_as_that_version_is_not_taken(tool: Tool, script: str) -> None:
    wrong = tool("python3.10", script)
    assert interpreters.find((3, 10)) != str(wrong)


def test_the_running_python_will_do(tools: Path) -> None:
    assert interpreters.find_app_python() == sys.executable


def test_a_newer_one_is_looked_for_where_it_is_too_old(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    newest = tool("python3.14", "echo 3.14")
    tool("python3.11", "echo 3.11")
    assert interpreters.find_app_python() == str(newest)


def test_the_environment_of_the_caller_does_not_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    assert interpreters.version_of(sys.executable) == sys.version_info[:2]


def test_the_first_modules_are_readable_for_old_pythons() -> None:
    old = next(
        (path for version in ("3.6", "3.7", "3.8") if (path := interpreters.find(_pair(version)))), None
    )
    if old is None:
        pytest.skip("no old Python on this machine")
    answer = subprocess.run(
        [old, "-c", "import bot.install.__main__"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def _pair(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
