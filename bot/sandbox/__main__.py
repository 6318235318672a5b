"""``python -m bot.sandbox``: serve the sandbox on loopback until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import os
import sys

import uvicorn

from bot.sandbox.app import Sandbox
from bot.sandbox.connections import AbortableProtocol
from bot.sandbox.settings import HOST, SettingsError, from_environment


def main() -> int:
    """Run the sandbox; answers with the process's exit status."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # Paths name phone numbers, and the product's webhooks message ids: no line for each request.
    for name in ("httpx", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = from_environment(os.environ)
        sandbox = Sandbox(settings)
    except (SettingsError, OSError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 2
    uvicorn.run(
        sandbox.app(),
        host=HOST,
        port=settings.port,
        http=AbortableProtocol,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=2,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
