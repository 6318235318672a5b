"""Deferring jobs inside the caller's transaction: a job exists if and only if the rows that caused it do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy.orm import Session

INBOUND_TASK = "inbound"
OUTBOUND_TASK = "outbound"
MEDIA_TASK = "media"

TALK_QUEUE = "default"
SEND_QUEUE = "send"
"""Apart from the turns: while these wait for Rasa, what has been answered leaves all the same, and the other way round."""
MEDIA_QUEUE = "media"
PRIORITY_TURN = 30
PRIORITY_MEDIA = 0

_deferring = App(connector=SyncPsycopgConnector())
"""Never opened: every job goes out on the session's own connection, so no pool is needed."""


def worker_app(conninfo: str) -> App:
    """The app of a worker process, which fetches and runs jobs."""
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=10))


def defer_turn(session: Session, *, inbound_id: int, conversation_id: int) -> None:
    """One turn per conversation is in flight: the conversation is the job's lock, jobs of one lock run in order of creation."""
    _defer(session, INBOUND_TASK, f"conversation:{conversation_id}", PRIORITY_TURN, inbound_id=inbound_id)


def defer_send(session: Session, *, outbound_id: int, channel: str, address_lock: int, priority: int) -> None:
    """Messages to one address leave in the order in which they were stored; ``address_lock`` names the address without showing it."""
    lock = f"send:{channel}:{address_lock}"
    _defer(session, OUTBOUND_TASK, lock, priority, queue=SEND_QUEUE, outbound_id=outbound_id)


def defer_resend(session: Session, *, outbound_id: int, priority: int, delay: timedelta | None) -> None:
    """A message that was sent before, in no order with others; after ``delay``, where there is one."""
    at = None if delay is None else datetime.now(UTC) + delay
    lock = f"again:{outbound_id}"
    _defer(session, OUTBOUND_TASK, lock, priority, at=at, queue=SEND_QUEUE, outbound_id=outbound_id)


def defer_media(session: Session, *, media_id: int) -> None:
    """Fetch an attachment, whenever there is time; nothing waits for it."""
    _defer(session, MEDIA_TASK, f"media:{media_id}", PRIORITY_MEDIA, queue=MEDIA_QUEUE, media_id=media_id)


def _defer(
    session: Session,
    task: str,
    lock: str,
    priority: int,
    *,
    at: datetime | None = None,
    queue: str = TALK_QUEUE,
    **arguments: int,
) -> None:
    session.flush()
    connection = session.connection().connection.dbapi_connection
    configured = _deferring.configure_task(
        task, lock=lock, priority=priority, connection=connection, schedule_at=at, queue=queue
    )
    configured.defer(**arguments)
