"""The phones: their messages, who refuses ours, when each last wrote. Every change is journalled first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack

from bot.sandbox.journal import Journal
from bot.sandbox.messages import ChannelName, Message, NewMessage, from_json, to_json


class Phones:
    """State of all phones, rebuilt from the journal. Not thread-safe: it lives on one event loop."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._messages: dict[int, Message] = {}
        self._next_id = 1
        self._last_inbound: dict[tuple[str, ChannelName], datetime] = {}
        self._names: dict[str, str] = {}
        self._telegram_phones: dict[int, str] = {}
        self._blocked: set[tuple[str, ChannelName]] = set()

    def replay(self, kind: str, data: dict[str, Any]) -> None:
        """Take over one journal entry; kinds of others are ignored."""
        if kind == "message":
            self._apply_message(from_json(data))
        elif kind == "forget":
            self._apply_forget(data["phone"])
        elif kind == "blocked":
            self._apply_blocked(data["phone"], data["channel"], data["blocked"])

    def add(self, **fields: Unpack[NewMessage]) -> Message:
        """Write a new message. It takes its id at once: who asks for what came after never misses one."""
        return self.save(Message(id=self._next_id, **fields))

    def save(self, message: Message) -> Message:
        """Write a message that has its id."""
        self._journal.append("message", to_json(message))
        self._apply_message(message)
        return message

    def set_status(self, message_id: int, status: str) -> Message | None:
        """Change a message's status; None where the message was forgotten meanwhile."""
        message = self._messages.get(message_id)
        if message is None:
            return None
        return self.save(replace(message, status=status))

    def fail_unfinished(self) -> None:
        """What a person was sending when the sandbox ended did not go through, as far as is known."""
        for message in list(self._messages.values()):
            if message.direction == "in" and message.status == "sending":
                self.set_status(message.id, "failed")

    def forget(self, phone: str) -> None:
        """Forget a phone's messages. Who wrote when stays known: the providers do not forget it either."""
        self._journal.append("forget", {"phone": phone})
        self._apply_forget(phone)

    def block(self, phone: str, channel: ChannelName, blocked: bool) -> None:
        """The person refuses messages on a channel, or takes them again."""
        self._journal.append("blocked", {"phone": phone, "channel": channel, "blocked": blocked})
        self._apply_blocked(phone, channel, blocked)

    def is_blocked(self, phone: str, channel: ChannelName) -> bool:
        """Whether the person refuses messages on this channel."""
        return (phone, channel) in self._blocked

    def all(self) -> Collection[Message]:
        """All messages, oldest first."""
        return self._messages.values()

    def get(self, message_id: int) -> Message | None:
        """One message by its id."""
        return self._messages.get(message_id)

    def of(self, phone: str, after: int = 0) -> list[Message]:
        """A phone's messages with ids above ``after``, oldest first."""
        return [message for message in self.all() if message.phone == phone and message.id > after]

    def find_sent(self, phone: str, channel: ChannelName, provider_id: str) -> Message | None:
        """What the person sent with this provider id."""
        for message in self._messages.values():
            found = (message.phone, message.channel, message.direction, message.provider_id)
            if found == (phone, channel, "in", provider_id):
                return message
        return None

    def by_provider_id(self, provider_id: str) -> Message | None:
        """A message by its MessageSid."""
        return next((found for found in self._messages.values() if found.provider_id == provider_id), None)

    def numbers(self) -> list[str]:
        """The phones that have messages, in the order of their first one."""
        return list(dict.fromkeys(message.phone for message in self.all()))

    def last_inbound(self, phone: str, channel: ChannelName) -> datetime | None:
        """When the person last wrote on a channel, in the product's time."""
        return self._last_inbound.get((phone, channel))

    def name(self, phone: str) -> str:
        """The name the phone's owner goes by."""
        return self._names.get(phone) or f"Phone {phone[-4:]}"

    def phone_of_telegram_user(self, user_id: int) -> str | None:
        """The phone behind a Telegram user; None for somebody who never wrote to the bot."""
        return self._telegram_phones.get(user_id)

    def _apply_message(self, message: Message) -> None:
        self._messages[message.id] = message
        self._next_id = max(self._next_id, message.id + 1)
        if message.direction == "out":
            return
        key = (message.phone, message.channel)
        self._last_inbound[key] = max(message.at, self._last_inbound.get(key, message.at))
        if message.name:
            self._names[message.phone] = message.name
        if message.channel == "telegram":
            self._telegram_phones[telegram_user_id(message.phone)] = message.phone

    def _apply_forget(self, phone: str) -> None:
        self._messages = {key: message for key, message in self._messages.items() if message.phone != phone}

    def _apply_blocked(self, phone: str, channel: ChannelName, blocked: bool) -> None:
        if blocked:
            self._blocked.add((phone, channel))
        else:
            self._blocked.discard((phone, channel))


def telegram_user_id(phone: str) -> int:
    """The Telegram user behind a phone: always the same, like a real id, and not the number itself."""
    digest = hashlib.sha256(phone.encode()).digest()
    return 5_000_000_000 + int.from_bytes(digest[:8], "big") % 2_000_000_000
