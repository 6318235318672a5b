"""WhatsApp's 24 hours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.core.messages import Channel
from bot.core.service_window import is_open

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=59, seconds=59), True),
        (timedelta(hours=24), False),
        (timedelta(days=3), False),
    ],
)
def test_whatsapp_is_open_for_a_day_after_the_last_message(ago: timedelta, expected: bool) -> None:
    assert is_open(channel=Channel.WHATSAPP, last_inbound_at=NOW - ago, now=NOW) is expected


def test_whatsapp_is_closed_to_who_never_wrote() -> None:
    assert not is_open(channel=Channel.WHATSAPP, last_inbound_at=None, now=NOW)


def test_hours_are_counted_whatever_the_zones() -> None:
    tokyo = timezone(timedelta(hours=9))
    last = (NOW - timedelta(hours=23)).astimezone(tokyo)
    assert is_open(channel=Channel.WHATSAPP, last_inbound_at=last, now=NOW)
    assert not is_open(channel=Channel.WHATSAPP, last_inbound_at=last, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.SMS])
def test_the_other_channels_know_no_window(channel: Channel) -> None:
    assert is_open(channel=channel, last_inbound_at=None, now=NOW)
    assert is_open(channel=channel, last_inbound_at=NOW - timedelta(days=30), now=NOW)
