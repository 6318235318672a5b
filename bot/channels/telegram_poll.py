"""Fetching updates from Telegram where no public address can receive webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from telegram.error import Conflict, TelegramError

from bot.channels.errors import FailureKind
from bot.channels.telegram_api import BotApi, classify

_log = logging.getLogger(__name__)
_LONGEST_PAUSE = 60.0
# An answer without updates should have taken ``wait`` seconds; where it did not, this keeps the loop from
# spinning.
_IDLE_PAUSE = 0.5


async def updates(
    bot: BotApi,
    *,
    offset: int | None = None,
    wait: int = 25,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Raw updates, oldest first, without end. ``wait`` is how long one call may wait for news, in seconds.

    An update counts as taken once the caller asks for the next one: store it before that. After a restart
    Telegram gives again what was not taken, or what follows ``offset`` (the last stored ``update_id`` plus
    one) where the caller keeps it. Failures of the network are waited out; SendError is raised where waiting
    cannot help (a wrong token, a webhook that is set).
    """
    failures = 0
    while True:
        try:
            batch = await bot.raw_updates(offset=offset, wait=wait)
        except TelegramError as error:
            failures += 1
            await pause(_pause_after(error, failures))
            continue
        failures = 0
        for update in batch:
            yield update
            if isinstance(update.get("update_id"), int):
                offset = update["update_id"] + 1
        if not batch:
            await pause(_IDLE_PAUSE)


def _pause_after(error: TelegramError, failures: int) -> float:
    """Seconds to wait. Raises SendError where waiting cannot help."""
    failure = classify(error)
    # After a restart Telegram still holds the last poll of the process before, and ends it by itself.
    other_poll = isinstance(error, Conflict) and "webhook" not in error.message.lower()
    if failure.kind in {FailureKind.CONTENT, FailureKind.PERMANENT, FailureKind.SUPPRESS} and not other_poll:
        raise failure from None
    _log.warning("updates could not be fetched (%s)", failure.code)
    if failure.retry_after is not None:
        return failure.retry_after
    return min(_LONGEST_PAUSE, float(2 ** min(failures, 6)))
