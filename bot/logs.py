"""Logs of all processes: one line an event, on standard error, without phone numbers or words of messages."""

from __future__ import annotations

import logging

QUIET = ("httpx", "httpcore", "procrastinate", "twilio", "telegram", "alembic")
"""Libraries that would log addresses (with tokens in them) or every job."""


def configure_logs(level: str) -> None:
    """Set up the root logger; called once by an entry point."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
