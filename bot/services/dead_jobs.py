"""Jobs that failed whatever was tried: set aside in the queue, shown to the staff, and run again on request."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.core.errors import NotFound

MOST = 100
_LIST = """
SELECT id, task_name, attempts, args FROM procrastinate_jobs
WHERE status IN ('failed', 'aborted') ORDER BY id DESC LIMIT :most
"""
_REPLAY = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, abort_requested = false
WHERE id = :id AND status IN ('failed', 'aborted') RETURNING id
"""


@dataclass(frozen=True, kw_only=True)
class DeadJob:
    """One job. ``subject_id`` is the id of the message or attachment that it is about."""

    job_id: int
    task: str
    attempts: int
    subject_id: int | None


def found(session: Session) -> list[DeadJob]:
    """Those that are set aside, latest first."""
    rows = session.execute(text(_LIST), {"most": MOST})
    return [
        DeadJob(
            job_id=job_id,
            task=task,
            attempts=attempts,
            subject_id=next((value for value in args.values() if isinstance(value, int)), None),
        )
        for job_id, task, attempts, args in rows
    ]


def replay(session: Session, *, job_id: int) -> None:
    """Put a job back into the queue, with all its tries. Raises NotFound where it is not set aside (any more)."""
    if session.scalar(text(_REPLAY), {"id": job_id}) is None:
        raise NotFound(f"job {job_id}")
