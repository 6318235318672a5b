"""Deferring jobs inside the caller's transaction: a job exists if and only if the rows that caused it do."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy.orm import Session

INBOUND_TASK = "inbound"
OUTBOUND_TASK = "outbound"

PRIORITY_REPLY = 30
PRIORITY_COACH = 20
PRIORITY_REMINDER = 10

_deferring = App(connector=SyncPsycopgConnector())
"""Never opened: every job goes out on the session's own connection, so no pool is needed."""


def worker_app(conninfo: str) -> App:
    """The app of a worker process, which fetches and runs jobs."""
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=6))


def defer_turn(session: Session, *, inbound_id: int, conversation_id: int) -> None:
    """One turn per conversation is in flight: the conversation is the job's lock, jobs of one lock run in order of creation."""
    _defer(session, INBOUND_TASK, f"conversation:{conversation_id}", PRIORITY_REPLY, inbound_id=inbound_id)


def defer_send(session: Session, *, outbound_id: int, channel: str, address_lock: int, priority: int) -> None:
    """Messages to one address leave in the order in which they were stored; ``address_lock`` names the address without showing it."""
    _defer(session, OUTBOUND_TASK, f"send:{channel}:{address_lock}", priority, outbound_id=outbound_id)


def _defer(session: Session, task: str, lock: str, priority: int, **arguments: int) -> None:
    session.flush()
    connection = session.connection().connection.dbapi_connection
    _deferring.configure_task(task, lock=lock, priority=priority, connection=connection).defer(**arguments)
