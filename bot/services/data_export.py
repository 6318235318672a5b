"""A copy of everything that is kept of a person, for the staff to hand over."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from bot.services import personal_data
from bot.store.models import Base, Contact


def export(session: Session, *, contact_id: int, now: datetime) -> dict[str, Any]:
    """Plain JSON values: each table's rows, and Rasa's events under "rasa.events". Files of attachments are named, not held."""
    tables: dict[str, Any] = {}
    for model, belongs in personal_data.belongings([contact_id]):
        key = inspect(model).primary_key
        rows = session.scalars(select(model).where(belongs).order_by(*key)).all()
        tables[model.__tablename__] = [_row(row) for row in rows]
    names = [str(number) for number in personal_data.conversations_of(session, [contact_id])]
    events = session.scalars(
        text("SELECT data FROM rasa.events WHERE sender_id = ANY(:names) ORDER BY id"), {"names": names}
    )
    tables["rasa.events"] = [json.loads(data) for data in events]
    return {"exported_at": now.isoformat(), "contact": contact_id, "tables": tables}


def exists(session: Session, *, contact_id: int) -> bool:
    """Whether there is (still) such a person."""
    return session.get(Contact, contact_id) is not None


def _row(row: Base) -> dict[str, Any]:
    return {column.key: _plain(getattr(row, column.key)) for column in inspect(type(row)).column_attrs}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date, time)) else value
