"""The web service alone, over a real database with made-up people, in one headless Chromium: no assistant, no sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bot.core.roles import Role
from bot.store.engine import Sessions, make_engine, make_sessions
from tests.browser.site import Site, fill, serving, token_of
from tests.chromium import headless_chromium
from tests.databases import Databases

SIZES = {"hand": (360, 740), "desk": (1280, 800)}
CONVERSATIONS, MESSAGES = 150, 1_500


@pytest.fixture(scope="session")
def seeded(databases: Databases, template: str) -> Iterator[Sessions]:
    """A database with the example caravan, staff of each role who speak both languages, and made-up people."""
    name = f"browser_{os.getpid()}"
    engine = make_engine(databases.copy(template, name))
    sessions = make_sessions(engine)
    fill(sessions, conversations=CONVERSATIONS, messages=MESSAGES)
    yield sessions
    engine.dispose()
    databases.drop(name)


@pytest.fixture(scope="session")
def site(seeded: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web service on a free port."""
    with serving(seeded, tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own."""
    with headless_chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def screenshots(root: Path) -> Path:
    """Where the pictures go."""
    folder = root / "build" / "screenshots" / "console"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


OpenWindow = Callable[..., Page]


@pytest.fixture(scope="session")
def shared_windows(site: Site, browser: Browser) -> Iterator[OpenWindow]:
    """Windows that the tests share: one for each role, language and size, logged in; the role None is nobody's."""
    with ExitStack() as stack:
        known: dict[tuple[Role | None, str, str], Page] = {}

        def window(role: Role | None = Role.ORGANISER, language: str = "fr", size: str = "hand") -> Page:
            key = (role, language, size)
            if key not in known:
                context = new_context(browser, site, size, locale=language)
                stack.callback(context.close)
                if role is not None:
                    log_in(context, site, f"{role.value}-{language}")
                known[key] = context.new_page()
            return known[key]

        yield window


@pytest.fixture
def open_window(site: Site, browser: Browser) -> Iterator[OpenWindow]:
    """Opens windows of this test alone; ``username`` logs somebody in, None nobody."""
    with ExitStack() as stack:

        def window(username: str | None = None, size: str = "hand", **options: Any) -> Page:
            context = new_context(browser, site, size, **options)
            stack.callback(context.close)
            if username is not None:
                log_in(context, site, username)
            return context.new_page()

        yield window


def new_context(browser: Browser, site: Site, size: str, **options: Any) -> BrowserContext:
    width, height = SIZES[size]
    return browser.new_context(
        base_url=site.url,
        viewport={"width": width, "height": height},
        timezone_id="Africa/Casablanca",
        **options,
    )


def log_in(context: BrowserContext, site: Site, username: str) -> None:
    """Put the cookie of a new session into a browser."""
    context.add_cookies([{"name": "staff", "value": token_of(site, username), "url": f"{site.url}/console"}])
