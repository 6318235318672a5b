"""A Chromium for the browser tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.install import browser
from bot.install.errors import InstallError

from .conftest import Tool

NO_BROWSER = "exit 1"


@pytest.fixture
def python(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python without Playwright, on a machine without Chromium."""
    monkeypatch.setattr(browser, "NAMES", ("chromium-stand-in",))
    return tool("python", NO_BROWSER)


def test_an_installed_one_is_used(python: Path, tool: Tool) -> None:
    chromium = tool("chromium-stand-in", "echo Chromium 1")
    assert browser.ensure(python) == chromium


def test_debians_package_is_installed_by_root(
    python: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch, tools: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    place = tools / "chromium-stand-in"
    made = f"printf '#!/bin/sh\\necho Chromium 1' > {place}; chmod +x {place}"
    tool("apt-get", f'if [ "$1" = install ]; then {made}; fi')
    assert browser.ensure(python) == tools / "chromium-stand-in"


def test_playwrights_own_is_the_last_resort(
    tool: Tool, python: Path, monkeypatch: pytest.MonkeyPatch, tools: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    tool("sudo", "exit 1")
    own = tool("own", "echo Chromium 1")
    installed = tools / "installed"
    tool("python", f'if [ "$1" = -m ]; then touch {installed}; elif [ -e {installed} ]; then echo {own}; fi')
    assert browser.ensure(python) == own


def test_where_none_can_be_had_it_says_so(python: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tool("apt-get", "exit 100")
    with pytest.raises(InstallError, match="need Chromium"):
        browser.ensure(python)
