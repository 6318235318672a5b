"""The database for a single command: the running one, the one at DATABASE_URL, or the embedded one started
for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bot.config import Settings
from bot.supervise import embedded, instance
from bot.supervise.errors import DatabaseError


@contextmanager
def available(settings: Settings) -> Iterator[str]:
    """Gives the database's address while the block lasts. Raises DatabaseError."""
    if not settings.embedded_database:
        url = settings.database_url or ""
        require(url)
        yield url
        return
    cluster = embedded.cluster_of(settings.data)
    if embedded.is_serving(cluster):
        yield cluster.url
        return
    with instance.exclusive(settings.data), embedded.serving(cluster) as url:
        yield url


def require(url: str) -> None:
    """Raises DatabaseError where the database at DATABASE_URL does not answer."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0].removeprefix("connection failed: ")
        raise DatabaseError(f"The database at DATABASE_URL cannot be used: {reason}") from error
