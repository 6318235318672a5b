"""Counts since the sandbox was started; forgetting a phone does not change them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.messages import CHANNELS, ChannelName, Direction


class Stats:
    """Counts messages, webhooks and API requests. "in" is what people sent, "out" what they received."""

    def __init__(self) -> None:
        self._since = datetime.now(UTC)
        self._messages: Counter[tuple[ChannelName, Direction]] = Counter()
        self._phones: Counter[tuple[str, Direction]] = Counter()
        self._bodies: defaultdict[tuple[str, Direction], set[str]] = defaultdict(set)
        self._webhooks: Counter[str] = Counter()
        self._api: Counter[str] = Counter()

    def count_message(self, phone: str, channel: ChannelName, direction: Direction, body: str) -> None:
        """One message; ``body`` is what tells it from others."""
        self._messages[channel, direction] += 1
        self._phones[phone, direction] += 1
        self._bodies[phone, direction].add(body)

    def count_webhook(self, kind: str, accepted: bool) -> None:
        """One webhook posted to the product: a message, an update or a status."""
        self._webhooks[f"{kind}_{'accepted' if accepted else 'failed'}"] += 1

    def count_api(self, outcome: str) -> None:
        """One request to a provider API and what became of it."""
        self._api[outcome] += 1

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "since": self._since.isoformat(timespec="seconds"),
            "channels": {name: self._both_ways(name) for name in CHANNELS},
            "phones": {
                phone: self._phone(phone) for phone in dict.fromkeys(phone for phone, _ in self._phones)
            },
            "webhooks": dict(self._webhooks),
            "api": dict(self._api),
        }

    def _both_ways(self, channel: ChannelName) -> dict[str, int]:
        return {"in": self._messages[channel, "in"], "out": self._messages[channel, "out"]}

    def _phone(self, phone: str) -> dict[str, int]:
        return {
            "in": self._phones[phone, "in"],
            "out": self._phones[phone, "out"],
            "distinct_in": len(self._bodies[phone, "in"]),
            "distinct_out": len(self._bodies[phone, "out"]),
        }
