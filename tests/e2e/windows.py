"""Windows of a headless Chromium on the running product; what they show is kept in build/screenshots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.chromium import headless_chromium
from tests.e2e.product import Product

DESK = (1280, 820)
HAND = (360, 740)
ANSWER_MILLISECONDS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own."""
    with headless_chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def screenshots(build: Path) -> Path:
    """Where the pictures go."""
    folder = build / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


class Window:
    """A window of the browser on the product; errors of the pages' scripts fail the test."""

    def __init__(self, browser: Browser, product: Product, screenshots: Path, size: tuple[int, int]) -> None:
        self.context = browser.new_context(
            base_url=product.url,
            viewport={"width": size[0], "height": size[1]},
            timezone_id="Africa/Casablanca",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(ANSWER_MILLISECONDS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._screenshots = screenshots

    def picture(self, name: str) -> None:
        """Keep what the window shows; nothing may be wider than the window."""
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wider) <= 0, f"{name}: the page is wider than the window"
        self.page.screenshot(path=self._screenshots / f"{name}.png")

    def phones(self) -> None:
        """Open the sandbox's page."""
        self.page.goto("/sandbox")
        self.page.wait_for_selector("html[data-ready]")

    def add_phone(self, number: str, name: str) -> Locator:
        """Add a phone to the page; its place there."""
        self.page.locator("#add-open").click()
        self.page.locator("#add input[name=phone]").fill(number)
        self.page.locator("#add input[name=name]").fill(name)
        self.page.locator("#add button.primary").click()
        return self.page.locator(f'.phone[data-phone="{number}"]')

    def log_in(self, username: str, password: str) -> None:
        """Open the console."""
        self.page.goto("/console/inbox")
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(password)
        self.page.locator("form[action='/console/login'] button").click()
        self.page.wait_for_url(re.compile("/console/inbox"))


@pytest.fixture
def windows(browser: Browser, product: Product, screenshots: Path) -> Iterator[list[Window]]:
    """The windows that a test opened, closed afterwards."""
    opened: list[Window] = []
    yield opened
    for window in opened:
        window.context.close()
    assert [error for window in opened for error in window.errors] == []


@pytest.fixture
def desk(browser: Browser, product: Product, screenshots: Path, windows: list[Window]) -> Window:
    """A window on a desk."""
    windows.append(Window(browser, product, screenshots, DESK))
    return windows[-1]


@pytest.fixture
def hand(browser: Browser, product: Product, screenshots: Path, windows: list[Window]) -> Window:
    """A window as small as a phone."""
    windows.append(Window(browser, product, screenshots, HAND))
    return windows[-1]
