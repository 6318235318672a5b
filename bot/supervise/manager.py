"""`python -m bot.supervise.manager …` is supervisord whose logs may fail: a full disk costs lines of log, not the processes.

As it comes, supervisord stops reading what a program says once that cannot be written (nor can its complaint about it); the
program, PostgreSQL too, then stands still at its next line for good.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from supervisor import loggers, supervisord


def lose_what_cannot_be_written() -> None:
    """From now on a line of log that cannot be written is lost, and nothing else happens."""
    emit = loggers.RotatingFileHandler.emit

    def emit_or_lose(handler: Any, record: Any) -> None:
        with suppress(OSError):
            emit(handler, record)

    vars(loggers)["RotatingFileHandler"].emit = emit_or_lose


def main() -> None:
    """Run supervisord's command line."""
    lose_what_cannot_be_written()
    supervisord.main()


if __name__ == "__main__":
    main()
