"""What happens to a message after Twilio took it: its status moves on, and the product is told."""

from __future__ import annotations

import asyncio
import itertools

from bot.sandbox import twilio_webhooks
from bot.sandbox.delivery import Deliverer, Webhook
from bot.sandbox.faults import FaultBox
from bot.sandbox.messages import FINAL_STATUSES, Message
from bot.sandbox.phones import Phones
from bot.sandbox.settings import Settings

# A status and the seconds before it.
_STEPS: dict[str, tuple[tuple[str, float], ...]] = {
    "sms": (("sent", 0.05), ("delivered", 0.2)),
    "whatsapp": (("sent", 0.05), ("delivered", 0.2), ("read", 0.5)),
}
_UNDELIVERED = (("undelivered", 0.1),)
# Twilio tries again only where it could not connect.
_CONNECT_TRIES, _CONNECT_PAUSE = 5, 1.0


class StatusRunner:
    """Moves messages on in the background. Lives on one event loop."""

    def __init__(self, phones: Phones, deliverer: Deliverer, faults: FaultBox, settings: Settings) -> None:
        self._phones = phones
        self._deliverer = deliverer
        self._faults = faults
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, message: Message) -> None:
        """Let a message take its way; one with an error code ends undelivered."""
        task = asyncio.create_task(self._run(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self) -> None:
        """Take up the messages that were on their way when the sandbox ended."""
        for message in list(self._phones.all()):
            on_its_way = message.direction == "out" and message.status not in FINAL_STATUSES
            if on_its_way and message.channel != "telegram":
                self.start(message)

    async def close(self) -> None:
        """Stop all that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, message: Message) -> None:
        steps = _UNDELIVERED if message.error_code is not None else _STEPS[message.channel]
        told: list[Message] = []
        for status, pause in itertools.dropwhile(lambda step: step[0] == message.status, steps):
            await asyncio.sleep(pause)
            moved = self._phones.set_status(message.id, status)
            if moved is None:
                return
            told.append(moved)
            if self._faults.state.status_callbacks != "reordered":
                await self._tell(moved)
        if self._faults.state.status_callbacks == "reordered":
            for moved in reversed(told):
                await self._tell(moved)

    async def _tell(self, message: Message) -> None:
        mode = self._faults.state.status_callbacks
        if not message.callback_url or mode == "none":
            return
        webhook = twilio_webhooks.status(message, message.status, self._settings)
        for _ in range(2 if mode == "duplicated" else 1):
            await self._post(webhook)

    async def _post(self, webhook: Webhook) -> None:
        for attempt in range(1, _CONNECT_TRIES + 1):
            if (await self._deliverer.post(webhook)).status is not None:
                return
            await asyncio.sleep(_CONNECT_PAUSE * attempt)
