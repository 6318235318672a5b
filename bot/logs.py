"""Logs of all processes: one line an event, on standard error, without phone numbers or words of messages."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

QUIET = ("httpx", "httpcore", "procrastinate", "twilio", "telegram", "alembic")
"""Libraries that would log addresses (with tokens in them) or every job."""


class DiscreetFormatter(logging.Formatter):
    """Writes where an exception came from and of which kind it is, but not its text: that may quote a
    message or a number.
    """

    def formatException(  # noqa: N802
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The frames and the types of an exception and its causes."""
        lines = []
        error = ei[1]
        while error is not None:
            lines += [
                *traceback.format_tb(error.__traceback__),
                f"{type(error).__module__}.{type(error).__qualname__}",
            ]
            error = error.__cause__ or error.__context__
        return "\n".join(line.rstrip() for line in lines)


def configure_logs(level: str) -> None:
    """Set up the root logger; called once by an entry point."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
