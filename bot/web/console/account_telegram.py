"""Linking one's Telegram with one's account, so that alerts go there: one tap, nothing to look up."""

from __future__ import annotations

import anyio.from_thread
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.telegram_name import bot_name
from bot.core.roles import EVERYONE
from bot.services import telegram_link
from bot.store.engine import transaction
from bot.web.console.access import Staff
from bot.web.console.account import ACCOUNT
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of
from bot.web.errors import HttpError

router = ConsoleRouter(prefix=f"{ACCOUNT}/telegram")


@router.form("", roles=EVERYONE)
def link(request: Request, who: Staff) -> Response:
    """A new code, as a link to the bot and as words to send to it."""
    web = web_of(request)
    if web.settings.telegram is None:
        raise HttpError(404, "No Telegram bot is configured.", kind="not_configured")
    with transaction(web.sessions) as session:
        code = telegram_link.offer(session, staff_id=who.id, now=who.now)
    name = anyio.from_thread.run(_name, web)
    return page(
        request,
        who,
        "telegram_link.html",
        link=f"https://t.me/{name}?start={code}" if name else None,
        words=f"/start {code}",
        minutes=int(telegram_link.LIFETIME.total_seconds() // 60),
    )


async def _name(web: Web) -> str | None:
    """None in the sandbox too: its bot is not one of Telegram's."""
    bot = web.settings.telegram
    if bot is None or web.settings.sandbox:
        return None
    return await bot_name(web.client, token=bot.token, api_base_url=bot.api_base_url)
