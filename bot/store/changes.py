"""Which conversations change, told by the database at once: see the migration that adds the triggers."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from psycopg import AsyncConnection

CHANNEL = "talk_changed"


async def changed_talks(conninfo: str) -> AsyncGenerator[int | None, None]:
    """The id of each conversation that changes; None first, once nothing more is missed. Raises psycopg.OperationalError.

    Only conversations that wait for the staff, whoever answers meanwhile, or are in its hands are told, and every
    beginning and end of that.
    """
    # Seconds, and how often: a connection that died without a word is noticed within a minute.
    connection = await AsyncConnection.connect(
        conninfo,
        autocommit=True,
        connect_timeout=10,
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
    )
    async with connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        yield None
        async for told in connection.notifies():
            yield int(told.payload)
