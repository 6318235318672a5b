"""The bot as Telegram knows it: its webhook, or the updates that wait for its polls."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from bot.sandbox.journal import Journal
from bot.sandbox.messages import Message
from bot.sandbox.phones import Phones

WEBHOOK_PATH = "/webhooks/telegram"
_FIRST_UPDATE_ID = 700_000_001


class PollReplacedError(Exception):
    """Another poll took the place of this one."""

    retryable = True


@dataclass(frozen=True, kw_only=True)
class BotWebhook:
    """Where updates are posted; ``allowed_updates`` empty means all kinds."""

    url: str
    secret: str = ""
    allowed_updates: tuple[str, ...] = ()
    max_connections: int = 40


class TelegramBot:
    """Until the product says otherwise, updates go to the product's own webhook path.

    ``deleteWebhook``, or a poll, switches to polling; ``setWebhook`` switches back.
    """

    def __init__(self, journal: Journal, phones: Phones, default: BotWebhook) -> None:
        self._journal = journal
        self._phones = phones
        self.webhook: BotWebhook | None = default
        self.webhook_was_set = False
        self.commands: list[dict[str, Any]] = []
        self._last_update_id = _FIRST_UPDATE_ID - 1
        self._arrived = asyncio.Event()
        self._poll = 0

    def replay(self, kind: str, data: dict[str, Any]) -> None:
        """Take over one journal entry; kinds of others are ignored."""
        if kind == "telegram_webhook":
            self._apply_webhook(data)
        elif kind == "message" and data["channel"] == "telegram" and data["direction"] == "in":
            self._last_update_id = max(self._last_update_id, int(data["provider_id"]))

    def take_update_id(self, given: str | None = None) -> str:
        """The next update id, or the given one, above which the next ones then lie."""
        update_id = int(given) if given is not None else self._last_update_id + 1
        self._last_update_id = max(self._last_update_id, update_id)
        return str(update_id)

    def set_webhook(self, webhook: BotWebhook | None) -> None:
        """Post updates there from now on; None: keep them for polls."""
        data: dict[str, Any] = asdict(webhook) if webhook is not None else {}
        self._journal.append("telegram_webhook", data)
        self._apply_webhook(data)

    def arrived(self) -> None:
        """An update waits: wake the poll."""
        self._arrived.set()

    def waiting(self) -> list[Message]:
        """What waits to be polled, in the order of update ids."""
        waiting = [message for message in self._phones.all() if message.status == "waiting"]
        return sorted(waiting, key=lambda message: int(message.provider_id))

    def confirm(self, offset: int) -> None:
        """A poll asked for updates from ``offset`` on: those before it were received."""
        for message in self.waiting():
            if int(message.provider_id) < offset:
                self._phones.set_status(message.id, "received")

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Message]:
        """Updates from ``offset`` on, waiting for the first one. Raises PollReplacedError."""
        self._poll += 1
        mine = self._poll
        self._arrived.set()
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            self._arrived.clear()
            found = self._from(offset)[:limit]
            remaining = deadline - asyncio.get_running_loop().time()
            if found or remaining <= 0:
                return found
            try:
                await asyncio.wait_for(self._arrived.wait(), remaining)
            except TimeoutError:
                return []
            if mine != self._poll:
                # The newer poll has to see what woke this one.
                self._arrived.set()
                raise PollReplacedError

    def _from(self, offset: int) -> list[Message]:
        waiting = self.waiting()
        if offset < 0:
            return waiting[offset:]
        self.confirm(offset)
        return [message for message in waiting if int(message.provider_id) >= offset]

    def _apply_webhook(self, data: dict[str, Any]) -> None:
        self.webhook_was_set = bool(data)
        allowed = tuple(data.get("allowed_updates", ()))
        self.webhook = BotWebhook(**{**data, "allowed_updates": allowed}) if data else None
