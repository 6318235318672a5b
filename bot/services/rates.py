"""Limits of rate as rows that all workers share. Taking a token is part of the transaction that claims the message."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.core.errors import AnaM3akError
from bot.core.rate_rules import Limit

_TAKE = text(
    """
    INSERT INTO rate_bucket AS bucket (key, tokens, at) VALUES (:key, :burst - 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = least(
            :burst,
            bucket.tokens + :per_second * greatest(0, extract(epoch FROM clock_timestamp() - bucket.at))
        ) - 1,
        at = clock_timestamp()
    RETURNING tokens
    """
)


class TooFast(AnaM3akError):
    """The provider would refuse a message now. ``retry_after`` is in seconds. The caller's transaction has to be rolled back."""

    retryable = True

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"no token for {retry_after:.2f} s")
        self.retry_after = retry_after


def take(session: Session, limits: Sequence[Limit]) -> None:
    """Take one token of each bucket, or none of any. Raises TooFast.

    The widest limit comes first in ``limits``, so that everybody locks in the same order.
    """
    for limit in limits:
        left = session.scalar(_TAKE, {"key": limit.key, "burst": limit.burst, "per_second": limit.per_second})
        missing = limit.floor - float(left or 0.0)
        if missing > 0:
            raise TooFast(missing / limit.per_second)


def forget_full(session: Session, *, older_than_seconds: float) -> None:
    """Drop buckets that nobody has used for so long that they are full again."""
    session.execute(
        text("DELETE FROM rate_bucket WHERE at < clock_timestamp() - make_interval(secs => :seconds)"),
        {"seconds": older_than_seconds},
    )
