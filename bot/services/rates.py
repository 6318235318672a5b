"""Limits of rate as rows that all workers share. A token is taken in the transaction that claims the message, or before it."""

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
_TAKE_ALL = text(
    """
    INSERT INTO rate_bucket AS bucket (key, tokens, at)
    SELECT key, burst - 1, clock_timestamp()
    FROM unnest(CAST(:keys AS text[]), CAST(:bursts AS float[])) AS wanted (key, burst)
    ON CONFLICT (key) DO UPDATE SET
        tokens = least(
            (CAST(:bursts AS float[]))[array_position(CAST(:keys AS text[]), bucket.key)],
            bucket.tokens + (CAST(:rates AS float[]))[array_position(CAST(:keys AS text[]), bucket.key)]
                * greatest(0, extract(epoch FROM clock_timestamp() - bucket.at))
        ) - 1,
        at = clock_timestamp()
    RETURNING key, tokens
    """
)
_GIVE_BACK = text("UPDATE rate_bucket SET tokens = tokens + 1 WHERE key = ANY(:keys)")


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


def take_if_free(session: Session, limits: Sequence[Limit]) -> bool:
    """As :func:`take` in one statement, but says False where there is no token for one of them, and takes none.

    Best with each statement alone (:func:`bot.store.engine.each_alone`): everybody who sends wants the sender's bucket.
    """
    values = {
        "keys": [limit.key for limit in limits],
        "bursts": [limit.burst for limit in limits],
        "rates": [limit.per_second for limit in limits],
    }
    left = {row.key: row.tokens for row in session.execute(_TAKE_ALL, values)}
    if all(left[limit.key] >= limit.floor for limit in limits):
        return True
    give_back(session, limits)
    return False


def give_back(session: Session, limits: Sequence[Limit]) -> None:
    """What was taken was not needed."""
    session.execute(_GIVE_BACK, {"keys": [limit.key for limit in limits]})


def forget_full(session: Session, *, older_than_seconds: float) -> None:
    """Drop buckets that nobody has used for so long that they are full again."""
    session.execute(
        text("DELETE FROM rate_bucket WHERE at < clock_timestamp() - make_interval(secs => :seconds)"),
        {"seconds": older_than_seconds},
    )
