"""WhatsApp's service window: free text may be sent for 24 hours after the person's last message."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.messages import Channel

WINDOW = timedelta(hours=24)


def is_open(*, channel: Channel, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent on ``channel`` at ``now``; Telegram and SMS know no window.

    Both datetimes are aware. The window is computed at the moment of sending, never stored.
    """
    if channel is not Channel.WHATSAPP:
        return True
    return last_inbound_at is not None and now - last_inbound_at < WINDOW
