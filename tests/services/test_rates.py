"""Limits of rate: rows that all workers share, taken from as a whole or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.core.rate_rules import Limit
from bot.services import rates
from bot.services.rates import TooFast
from bot.store.engine import Sessions, transaction

HOUR = 1 / 3600


def limit(key: str = "a", *, per_second: float = HOUR, burst: float = 2, floor: float = 0) -> Limit:
    return Limit(key=key, per_second=per_second, burst=burst, floor=floor)


def take(sessions: Sessions, *limits: Limit) -> None:
    with transaction(sessions) as session:
        rates.take(session, limits)


def tokens(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        return {
            key: round(left) for key, left in session.execute(text("SELECT key, tokens FROM rate_bucket"))
        }


def test_a_bucket_begins_full_and_says_how_long_to_wait_when_it_is_empty(sessions: Sessions) -> None:
    take(sessions, limit())
    take(sessions, limit())
    with pytest.raises(TooFast) as raised:
        take(sessions, limit())
    assert raised.value.retry_after == pytest.approx(3600, rel=0.05)
    assert tokens(sessions) == {"a": 0}, "what was refused takes nothing"


def test_it_fills_up_again_but_not_over_the_brim(sessions: Sessions) -> None:
    take(sessions, limit())
    take(sessions, limit())
    with transaction(sessions) as session:
        session.execute(text("UPDATE rate_bucket SET at = at - interval '5 hours'"))
    take(sessions, limit())
    assert tokens(sessions) == {"a": 1}


def test_all_of_several_or_none(sessions: Sessions) -> None:
    take(sessions, limit("all", burst=5), limit("one", burst=1))
    with pytest.raises(TooFast):
        take(sessions, limit("all", burst=5), limit("one", burst=1))
    assert tokens(sessions) == {"all": 4, "one": 0}


def test_what_is_less_urgent_leaves_room(sessions: Sessions) -> None:
    take(sessions, limit(burst=3))
    with pytest.raises(TooFast):
        take(sessions, limit(burst=3, floor=2))
    take(sessions, limit(burst=3))


def test_buckets_that_nobody_uses_are_dropped(sessions: Sessions) -> None:
    take(sessions, limit("old"), limit("new"))
    with transaction(sessions) as session:
        session.execute(text("UPDATE rate_bucket SET at = at - interval '2 days' WHERE key = 'old'"))
        rates.forget_full(session, older_than_seconds=86_400)
    assert set(tokens(sessions)) == {"new"}


def test_all_at_once_or_none_without_an_error(sessions: Sessions) -> None:
    both = (limit("all", burst=5), limit("one", burst=1))
    for expected, left in ((True, {"all": 4, "one": 0}), (False, {"all": 4, "one": 0})):
        with transaction(sessions) as session:
            assert rates.take_if_free(session, both) is expected
        assert tokens(sessions) == left
    with transaction(sessions) as session:
        session.execute(text("UPDATE rate_bucket SET at = at - interval '90 minutes'"))
        assert rates.take_if_free(session, both)
        assert not rates.take_if_free(session, [limit("all", burst=5, floor=4)])
    assert tokens(sessions) == {"all": 4, "one": 0}
