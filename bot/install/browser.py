"""A Chromium for the browser tests: an installed one, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bot.install.errors import InstallError
from bot.install.tools import output_of, run
from bot.progress import step

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NONE = (
    "The browser tests need Chromium: none is installed, Debian's package could not be installed and "
    "Playwright could "
    "not download its own; install one (for example `apt-get install chromium`) and start again."
)
_PLAYWRIGHT_PATH = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def ensure(python: Path) -> Path:
    """The path of a Chromium that runs, installed where it must be. Raises InstallError."""
    found = find(python)
    if found is not None:
        return found
    with step("Installing Chromium for the browser tests"):
        found = _from_debian(python) or _from_playwright(python)
    if found is None:
        raise InstallError(_NONE)
    return found


def find(python: Path) -> Path | None:
    """An installed Chromium that runs, Playwright's own included, or None.

    `python` is one that has Playwright.
    """
    named = os.environ.get("CHROMIUM")
    candidates: list[str | None] = [named] if named else [shutil.which(name) for name in NAMES]
    candidates.append(output_of([python, "-c", _PLAYWRIGHT_PATH], environment=os.environ))
    for candidate in candidates:
        if candidate and output_of([candidate, "--version"], environment=os.environ):
            return Path(candidate)
    return None


def _from_debian(python: Path) -> Path | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    as_root: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or output_of([sudo, "-n", "true"], environment=os.environ) is None:
            return None
        as_root = [sudo, "-n"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Arabic script on the pictures needs a font that has it.
    packages = ("chromium", "fonts-noto-core")
    run([*as_root, apt, "update", "-qq"], environment=quiet)
    if (
        run([*as_root, apt, "install", "-y", "-qq", "--no-install-recommends", *packages], environment=quiet)
        != 0
    ):
        return None
    return find(python)


def _from_playwright(python: Path) -> Path | None:
    run([python, "-m", "playwright", "install", "chromium"], environment=os.environ)
    return find(python)
