"""`python -m bot.web`: the product's HTTP service."""

from __future__ import annotations

import socket
import sys

import uvicorn

from bot.config import Settings, SettingsError, load_settings
from bot.core.garbage import leave_the_start_alone
from bot.logs import configure_logs
from bot.store.clock import product_clock
from bot.store.engine import make_engine, make_sessions
from bot.web.app import create_app
from bot.web.serving import Server

GRACE_SECONDS = 5


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 where a setting is wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    if settings.database_url is None:
        print("DATABASE_URL is not set.", file=sys.stderr)
        return 1
    configure_logs(settings.log_level)
    _serve(settings, settings.database_url)
    return 0


def _serve(settings: Settings, database_url: str) -> None:
    engine = make_engine(database_url, connections=20)
    sessions = make_sessions(engine)
    app = create_app(settings, sessions, product_clock(sessions, movable=settings.sandbox))
    # Its access log would hold phone numbers, which are part of the sandbox's paths; `bot.web.http_log`
    # writes without them.
    configuration = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    leave_the_start_alone()
    with listening(settings) as listener:
        Server(configuration, app.state.web.changes).run(sockets=[listener])
    engine.dispose()


def listening(settings: Settings) -> socket.socket:
    """The service's port; where there are several web processes they all listen on it, and the kernel shares connections out."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if settings.web_processes > 1:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((settings.host, settings.port))
    return listener


if __name__ == "__main__":
    sys.exit(main())
