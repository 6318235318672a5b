"""How fast the providers let us send: token buckets. Replies may use them up; what is less urgent leaves room for replies."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.messages import Channel

URGENT = 20
"""Priorities from here on are for people who wait for an answer."""
ROOM_FOR_REPLIES = 1 / 3
KEPT_FOR_REPLIES = 5.0
"""Of the burst to one person: a reminder right after a long talk must not wait for minutes."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One bucket: ``burst`` tokens at most, refilled at ``per_second``. A message may go while more than ``floor`` are left."""

    key: str
    per_second: float
    burst: float
    floor: float


def limits_for(
    *, channel: Channel, sender: str, conversation_id: int | None, priority: int
) -> tuple[Limit, ...]:
    """The limits that a message has to pass, widest first. ``sender`` names the number or bot that sends.

    Telegram: 30 messages a second in all, one a second in a chat. WhatsApp: 80 a second and sender, one in six seconds to a person,
    of which up to 45 may be spent at once. SMS: ten a second and sender.
    """
    whole = {Channel.TELEGRAM: 30.0, Channel.WHATSAPP: 80.0, Channel.SMS: 10.0}[channel]
    floor = 0.0 if priority >= URGENT else whole * ROOM_FOR_REPLIES
    limits = [Limit(key=f"{channel.value}:{sender}", per_second=whole, burst=whole, floor=floor)]
    pair = {Channel.TELEGRAM: (1.0, 20.0), Channel.WHATSAPP: (1 / 6, 45.0)}.get(channel)
    if pair is not None and conversation_id is not None:
        per_second, burst = pair
        # Nobody waits for the rest: it leaves a few answers' room in the burst.
        floor = 0.0 if priority >= URGENT else KEPT_FOR_REPLIES
        limits.append(
            Limit(
                key=f"{channel.value}:to:{conversation_id}", per_second=per_second, burst=burst, floor=floor
            )
        )
    return tuple(limits)
