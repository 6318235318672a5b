"""`python -m bot.supervise.manager …` is supervisord whose logs may fail: a full disk costs lines of log, not the processes.

As it comes, supervisord stops reading what a program says once that cannot be written (nor can its complaint about it); the
program, PostgreSQL too, then stands still at its next line for good.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from supervisor import loggers, supervisord


def lose_what_cannot_be_written() -> None:
    """From now on a line of log that cannot be written is lost, and nothing else happens."""
    handler_class = vars(loggers)["RotatingFileHandler"]
    emit, handle_error = handler_class.emit, handler_class.handleError

    def emit_or_lose(handler: Any, record: Any) -> None:
        with suppress(OSError):  # of renaming a log that is full
            emit(handler, record)

    def complain_or_lose(handler: Any) -> None:
        # The complaint would go to a log on the same disk.
        if not isinstance(sys.exc_info()[1], OSError):
            handle_error(handler)

    handler_class.emit, handler_class.handleError = emit_or_lose, complain_or_lose


def main() -> None:
    """Run supervisord's command line."""
    lose_what_cannot_be_written()
    supervisord.main()


if __name__ == "__main__":
    main()
