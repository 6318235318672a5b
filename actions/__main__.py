"""The action server: ``python -m actions``, on loopback only."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

import uvicorn
from rasa_sdk.executor import ActionExecutor

from actions.served import ActionServer
from bot.config import SettingsError, load_settings
from bot.core.garbage import leave_the_start_alone
from bot.logs import configure_logs

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 2
"""Within this an action that has begun may end when the server is stopped."""


def main() -> None:
    """Serve the actions at ACTIONS_URL's port."""
    settings = load_settings()
    configure_logs(settings.log_level)
    executor = ActionExecutor()
    executor.register_package("actions")
    configuration = uvicorn.Config(
        ActionServer(executor),
        host=LOOPBACK,
        port=urlsplit(settings.actions_url).port or 0,
        access_log=False,
        date_header=False,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    leave_the_start_alone()
    uvicorn.Server(configuration).run()


if __name__ == "__main__":
    try:
        main()
    except SettingsError as problem:
        sys.exit(str(problem))
