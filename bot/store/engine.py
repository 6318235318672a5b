"""Engine and session scope.

The URL may come in any of PostgreSQL's usual forms; the driver is always psycopg 3.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

Sessions = sessionmaker[Session]
IDLE_SECONDS = 1.0
"""A connection that was used later than this is not tried before it is used again: that costs as much as many a statement."""
CONNECTIONS = 15
"""As many may be open at once, where nothing else is said."""
_PREPARED_AFTER = 1
"""A statement that a connection has run so often is prepared there, which saves the server its reading and planning."""


def driver_url(url: str) -> str:
    """``url`` with psycopg 3 as its driver; ``postgres://`` is accepted as well."""
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """``url`` without a driver, as psycopg itself and PostgreSQL's tools read it."""
    return make_url(driver_url(url)).set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: str, *, connections: int = CONNECTIONS) -> Engine:
    """An engine that notices connections which the server closed (a restarted PostgreSQL) before using them, where they were idle.

    At most ``connections`` are open at once, and they stay open: to open one costs the server more than a whole turn. Those that were
    used last are used first, since they know most statements. Its errors do not show parameters: names and numbers of people stay out of
    the logs.
    """
    engine = create_engine(
        driver_url(url),
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"prepare_threshold": _PREPARED_AFTER},
    )

    @event.listens_for(engine, "checkin")
    def remember(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_if_idle(connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: object) -> None:
        if time.monotonic() - entry.info.get("used_at", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise InvalidatePoolError("the server closed the connection") from lost

    return engine


def make_sessions(engine: Engine) -> Sessions:
    """The session factory of one process."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Session]:
    """One use case, one transaction: committed when the block ends, rolled back when it raises."""
    with sessions.begin() as session:
        yield session


@contextmanager
def each_alone(sessions: Sessions) -> Iterator[Session]:
    """Each statement is a transaction of its own: a row that many want is locked no longer than the statement takes."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session
