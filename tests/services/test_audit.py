"""The record of what staff saw and changed."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from bot.services import audit
from bot.services.audit import Action, Kind
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent


def note(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        about = [(Kind.CONVERSATION, 4), (Kind.CONTACT, 2), (Kind.CONVERSATION, 5), (Kind.CONTACT, 2)]
        audit.record(session, staff_id=None, action=Action.INBOX_VIEWED, now=now, about=about, note="waiting")


def test_the_record_holds_ids_by_kind(sessions: Sessions, now: datetime) -> None:
    note(sessions, now)
    with sessions() as session:
        kept = session.scalars(select(AuditEvent)).one()
    assert (kept.action, kept.at) == ("inbox_viewed", now)
    assert kept.detail == {"conversation": [4, 5], "contact": [2], "note": "waiting"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET detail = '{}'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "INSERT INTO audit_event SELECT id, staff_id, 'x', detail, at FROM audit_event"
        " ON CONFLICT (id) DO UPDATE SET action = 'x'",
    ],
)
def test_the_database_takes_back_nothing_of_the_record(
    sessions: Sessions, now: datetime, statement: str
) -> None:
    note(sessions, now)
    with pytest.raises(ProgrammingError, match="takes back nothing"), transaction(sessions) as session:
        session.execute(text(statement))
    with sessions() as session:
        assert session.scalars(select(AuditEvent.action)).all() == ["inbox_viewed"]
