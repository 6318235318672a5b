"""The browser of the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from bot.install.browser import NAMES


@contextmanager
def headless_chromium() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own."""
    installed = next((path for path in map(shutil.which, NAMES) if path), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or installed, args=["--no-sandbox"]
        )
        yield opened
        opened.close()
