"""Every class of messages declares what it promises."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.core.consent_rules import Purpose
from bot.core.sending_rules import POLICIES, Repeat, UnknownKind, is_over, policy_of

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)


def test_replies_go_first_then_coaches_then_reminders_then_announcements() -> None:
    kinds = ["reply", "coach", "reminder", "announcement", "news"]
    assert sorted(kinds, key=lambda kind: -policy_of(kind).priority) == kinds
    assert len({policy_of(kind).priority for kind in kinds}) == len(kinds)


def test_only_what_somebody_waits_for_may_come_twice() -> None:
    twice = {kind for kind, policy in POLICIES.items() if policy.repeat is Repeat.AT_LEAST_ONCE}
    assert twice == {"reply", "notice", "alert"}


def test_answers_need_no_more_than_that_somebody_wrote() -> None:
    service = {kind for kind, policy in POLICIES.items() if policy.purpose is Purpose.SERVICE}
    assert service == {"reply", "notice", "coach", "alert"}


def test_a_kind_without_a_policy_is_refused() -> None:
    with pytest.raises(UnknownKind):
        policy_of("advert")


@pytest.mark.parametrize(
    ("hours", "expires_in", "over"), [(24, None, False), (24.1, None, True), (1, 2, False), (2, 2, True)]
)
def test_tried_for_a_day_and_never_past_its_own_time(
    hours: float, expires_in: float | None, over: bool
) -> None:
    expires_at = None if expires_in is None else NOW + timedelta(hours=expires_in)
    later = NOW + timedelta(hours=hours)
    assert is_over(kind="reply", created_at=NOW, expires_at=expires_at, now=later) is over
