"""Telling Telegram how updates shall reach the product."""

from __future__ import annotations

from telegram.error import TelegramError

from bot.channels.telegram_api import ALLOWED_UPDATES, BotApi, classify

WEBHOOK_PATH = "/webhooks/telegram"
_CONNECTIONS = 10


async def use_webhook(bot: BotApi, *, public_base_url: str, secret: str) -> str:
    """Have updates posted to the product with ``secret``; what waits is kept. Returns the address.

    Raises SendError.
    """
    url = f"{public_base_url.rstrip('/')}{WEBHOOK_PATH}"
    try:
        await bot.set_webhook(
            url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), max_connections=_CONNECTIONS
        )
    except TelegramError as error:
        raise classify(error) from None
    return url


async def use_polling(bot: BotApi) -> None:
    """Remove a webhook, so that updates can be fetched; what waits is kept. Raises SendError."""
    try:
        await bot.delete_webhook(drop_pending_updates=False)
    except TelegramError as error:
        raise classify(error) from None
