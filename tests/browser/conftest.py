"""The web service alone, over a real database with made-up people, in one headless Chromium: no assistant, no sandbox."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pwdlib import PasswordHash
from sqlalchemy.engine import make_url

from bot.config import Settings
from bot.core.roles import Role
from bot.services import caravan_files, logins, sample_load
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.models import Staff
from bot.web.app import create_app

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "un-mot-de-passe"
SIZES = {"hand": (390, 844), "desk": (1280, 800)}
CONVERSATIONS, MESSAGES = 150, 1_500
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running service, and its database."""

    url: str
    sessions: Sessions


@pytest.fixture(scope="session")
def seeded(server_url: str, template: str, root: Path) -> Iterator[Sessions]:
    """A database with the example caravan, staff of each role who speak both languages, and made-up people."""
    name = f"browser_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    engine = make_engine(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    sessions = make_sessions(engine)
    with transaction(sessions) as session:
        caravan_files.load_if_empty(session, root / "bot" / "caravans" / "khemisset.yml", now=NOW)
        password_hash = PasswordHash.recommended().hash(PASSWORD)
        for role in Role:
            for language, shown in (("fr", "Salma Berrada"), ("ar", "سلمى برادة")):
                session.add(
                    Staff(
                        username=f"{role.value}-{language}",
                        display_name=shown,
                        password_hash=password_hash,
                        role=role.value,
                        language=language,
                        created_at=NOW,
                    )
                )
        session.flush()
        sample_load.load(session, conversations=CONVERSATIONS, messages=MESSAGES, seed=7, now=NOW)
    yield sessions
    engine.dispose()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def site(seeded: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web service on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = Settings(
        _env_file=None,
        port=port,
        data_dir=tmp_path_factory.mktemp("data"),
        twilio_whatsapp_from="+99900000001",
        session_secret="session-secret",
        sandbox_url="http://127.0.0.1:9",
    )
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, seeded, lambda: NOW), access_log=False, log_config=None)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield Site(url=f"http://127.0.0.1:{port}", sessions=seeded)
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium, else Playwright's own."""
    installed = next((path for path in map(shutil.which, _BROWSERS) if path), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or installed, args=["--no-sandbox"]
        )
        yield opened
        opened.close()


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
    with transaction(site.sessions) as session:
        token = logins.log_in(session, username=username, password=PASSWORD, now=NOW).token
    context.add_cookies([{"name": "staff", "value": token, "url": f"{site.url}/console"}])
