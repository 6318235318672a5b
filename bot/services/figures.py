"""How the product stands at this moment, in numbers that say nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from bot.core.messages import DeliveryStatus
from bot.store.models import Handoff, InboundMessage, OutboundMessage, Reminder

_QUEUE = text("""
SELECT job.task_name, job.status::text, count(*), coalesce(max(extract(epoch FROM now() - event.at)), 0)
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.status IN ('todo', 'doing', 'failed')
GROUP BY job.task_name, job.status
ORDER BY job.task_name, job.status
""")
_UNSEEN = (DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Jobs of one task in one state of the queue's; ``oldest`` is the age of the oldest in seconds of the machine's clock."""

    task: str
    state: str
    jobs: int
    oldest: float


@dataclass(frozen=True, kw_only=True)
class Figures:
    """``unseen`` counts messages by status that failed and that nobody has seen to; ages are in seconds of the product's clock."""

    queues: tuple[Queue, ...]
    open_turns: int
    unseen: dict[str, int]
    handoffs_waiting: int
    oldest_handoff: float
    reminders_missed: int
    reminders_overdue: int


def read(session: Session, *, now: datetime) -> Figures:
    """Count. ``now`` is the product's."""
    waiting, since = session.execute(
        select(func.count(), func.min(Handoff.requested_at)).where(
            Handoff.closed_at.is_(None), Handoff.staff_id.is_(None)
        )
    ).one()
    return Figures(
        queues=_queues(session),
        open_turns=_count(
            session, select(func.count(InboundMessage.id)).where(InboundMessage.outcome.is_(None))
        ),
        unseen=_unseen(session),
        handoffs_waiting=waiting,
        oldest_handoff=(now - since).total_seconds() if since else 0.0,
        reminders_missed=_count(session, select(func.count(Reminder.id)).where(Reminder.status == "missed")),
        reminders_overdue=_count(
            session,
            select(func.count(Reminder.id)).where(Reminder.status == "due", Reminder.due_at <= now),
        ),
    )


def _queues(session: Session) -> tuple[Queue, ...]:
    return tuple(
        Queue(task=task, state=state, jobs=jobs, oldest=float(oldest))
        for task, state, jobs, oldest in session.execute(_QUEUE)
    )


def _unseen(session: Session) -> dict[str, int]:
    found = session.execute(
        select(OutboundMessage.status, func.count())
        .where(
            OutboundMessage.status.in_([status.value for status in _UNSEEN]),
            OutboundMessage.handled_at.is_(None),
        )
        .group_by(OutboundMessage.status)
    )
    return {status.value: 0 for status in _UNSEEN} | {row.status: row[1] for row in found}


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
