"""How fast each provider lets us send, and who has to leave room."""

from __future__ import annotations

import pytest

from bot.core.messages import Channel
from bot.core.rate_rules import limits_for


@pytest.mark.parametrize(
    ("channel", "per_second"),
    [(Channel.TELEGRAM, [30, 1]), (Channel.WHATSAPP, [80, 1 / 6]), (Channel.SMS, [10])],
)
def test_the_providers_limits(channel: Channel, per_second: list[float]) -> None:
    limits = limits_for(channel=channel, sender="+1", conversation_id=7, priority=30)
    assert [limit.per_second for limit in limits] == per_second
    assert all(limit.floor == 0 for limit in limits)


def test_a_reminder_leaves_room_for_replies_and_need_not_wait_for_the_whole_burst() -> None:
    whole, pair = limits_for(channel=Channel.WHATSAPP, sender="+1", conversation_id=7, priority=10)
    assert 0 < whole.floor < whole.burst - 1
    assert 0 < pair.floor < pair.burst / 2


def test_senders_and_chats_do_not_share() -> None:
    first = limits_for(channel=Channel.WHATSAPP, sender="+1", conversation_id=7, priority=30)
    second = limits_for(channel=Channel.WHATSAPP, sender="+2", conversation_id=8, priority=30)
    assert not {limit.key for limit in first} & {limit.key for limit in second}
