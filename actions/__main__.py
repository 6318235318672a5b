"""The action server: ``python -m actions``, on loopback only."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from bot.config import SettingsError, load_settings
from bot.core.garbage import leave_the_start_alone
from bot.logs import configure_logs

LOOPBACK = "127.0.0.1"


def main() -> None:
    """Serve the actions at ACTIONS_URL's port."""
    settings = load_settings()
    configure_logs(settings.log_level)
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor)
    leave_the_start_alone()
    # One process: Sanic's own workers would outlive it when it is killed, and keep its port.
    app.run(host=LOOPBACK, port=urlsplit(settings.actions_url).port, single_process=True, motd=False)


if __name__ == "__main__":
    try:
        main()
    except SettingsError as problem:
        sys.exit(str(problem))
