"""Fetches Telegram's updates where no public address can receive webhooks: ``python -m bot.jobs.telegram_poller``."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import Any

from bot.channels import telegram_inbound, telegram_poll, telegram_setup
from bot.channels.errors import PayloadInvalid
from bot.channels.telegram_api import make_bot
from bot.config import Settings, SettingsError, load_settings
from bot.core.messages import Channel
from bot.core.texts import default_texts
from bot.jobs.context import database_url
from bot.logs import configure_logs
from bot.services import contacts, receiving, telegram_link
from bot.store.clock import Clock, product_clock
from bot.store.engine import Sessions, make_engine, make_sessions, transaction

log = logging.getLogger(__name__)


async def main(settings: Settings) -> None:
    """Store every update before Telegram is told that it was taken."""
    if settings.telegram is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set: there is nothing to poll.")
    sessions = make_sessions(make_engine(database_url(settings)))
    clock = product_clock(sessions, movable=settings.sandbox)
    bot = make_bot(token=settings.telegram.token, api_base_url=settings.telegram.api_base_url)
    await telegram_setup.use_polling(bot)
    async for update in telegram_poll.updates(bot):
        await asyncio.to_thread(store, sessions, clock, update)


def store(sessions: Sessions, clock: Clock, update: Mapping[str, Any]) -> None:
    """Store one update; one that holds no message of a person is passed over."""
    try:
        message = telegram_inbound.parse(update)
        change = telegram_inbound.parse_block_change(update)
    except PayloadInvalid as problem:
        log.error("an update was not readable: %s", problem)
        return
    now = clock()
    with transaction(sessions) as session:
        if message is not None:
            if not telegram_link.take(session, message, texts=default_texts, now=now):
                receiving.receive(session, message, now=now)
        elif change is not None:
            contacts.note_block(
                session, channel=Channel.TELEGRAM, address=change.address, blocked=change.blocked, now=now
            )


if __name__ == "__main__":
    try:
        loaded = load_settings()
        configure_logs(loaded.log_level)
        asyncio.run(main(loaded))
    except SettingsError as problem:
        sys.exit(str(problem))
