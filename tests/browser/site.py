"""The web service alone, over a database with made-up people: for the browser tests and for measuring."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from pwdlib import PasswordHash

from bot.config import Settings
from bot.core.roles import Role
from bot.data_dir import PROJECT_ROOT
from bot.services import caravan_files, logins, sample_load
from bot.store.engine import Sessions, transaction
from bot.store.models import Staff
from bot.web.app import create_app
from bot.web.serving import Server
from tests.browser.desk import busy_day
from tests.browser.plans import shorten_a_day

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "un-mot-de-passe"
_START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running service, and its database."""

    url: str
    sessions: Sessions


def fill(sessions: Sessions, *, conversations: int, messages: int) -> None:
    """The example caravan, staff of each role who speak both languages, and made-up people."""
    with transaction(sessions) as session:
        caravan_files.load_if_empty(session, PROJECT_ROOT / "bot" / "caravans" / "khemisset.yml", now=NOW)
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
        sample_load.load(session, conversations=conversations, messages=messages, seed=7, now=NOW)
    with transaction(sessions) as session:
        shorten_a_day(session, now=NOW)
        busy_day(session, now=NOW)


@contextmanager
def serving(sessions: Sessions, data_dir: Path) -> Iterator[Site]:
    """The web service on a free port, while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = Settings(
            _env_file=None,
            port=port,
            data_dir=data_dir,
            twilio_whatsapp_from="+99900000001",
            telegram_bot_token="1:token",
            telegram_webhook_secret="secret",
            session_secret="session-secret",
            sandbox_url="http://127.0.0.1:9",
        )
        app = create_app(settings, sessions, lambda: NOW)
        configuration = uvicorn.Config(app, access_log=False, log_config=None)
        server = Server(configuration, app.state.web.changes)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield Site(url=f"http://127.0.0.1:{port}", sessions=sessions)
        server.should_exit = True
        thread.join()


def token_of(site: Site, username: str) -> str:
    """The cookie of a new session."""
    with transaction(site.sessions) as session:
        return logins.log_in(session, username=username, password=PASSWORD, now=NOW).token
