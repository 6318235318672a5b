"""What the bot is called, which its links need and only Telegram knows."""

from __future__ import annotations

import httpx

from bot.channels.connections import keep_private

_SECONDS = 3.0


async def bot_name(client: httpx.AsyncClient, *, token: str, api_base_url: str) -> str | None:
    """The bot's user name; None where Telegram does not say it at once."""
    keep_private()
    try:
        answer = await client.get(f"{api_base_url.rstrip('/')}/bot{token}/getMe", timeout=_SECONDS)
        found = answer.json()["result"]["username"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None
