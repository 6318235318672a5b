"""Looking up turns in Rasa's tracker table: the answers of a turn that ran before, and the choices offered last."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

_USER = "SELECT id FROM rasa.events WHERE sender_id = :sender AND type_name = 'user' AND (data::jsonb ->> 'message_id') = :turn"
_ANSWERS = """
SELECT data FROM rasa.events
WHERE sender_id = :sender AND type_name = 'bot' AND id > :start
  AND id < coalesce((SELECT min(id) FROM rasa.events WHERE sender_id = :sender AND type_name = 'user' AND id > :start), 9223372036854775807)
ORDER BY id
"""
_USER_DATA = "SELECT data FROM rasa.events WHERE id = :id"
_LAST_BOT = """
SELECT data FROM rasa.events
WHERE sender_id = :sender AND type_name = 'bot'
  AND id > coalesce((SELECT max(id) FROM rasa.events WHERE sender_id = :sender AND type_name = 'user'), 0)
ORDER BY id
"""

Event = dict[str, Any]


class TurnStore:
    """Reads the events that the tracker store wrote; ``engine`` is the tracker store's own."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        self._engine = engine

    def finished(self, sender: str, turn_id: str) -> dict[str, Any] | None:
        """``{"user": event, "bot": [events]}`` of a turn that ran to its end before; None where it did not."""
        with self._engine.connect() as connection:
            start = connection.execute(sa.text(_USER), {"sender": sender, "turn": turn_id}).scalar()
            if start is None:
                return None
            user = connection.execute(sa.text(_USER_DATA), {"id": start}).scalar_one()
            rows = connection.execute(sa.text(_ANSWERS), {"sender": sender, "start": start})
            return {"user": json.loads(user), "bot": [json.loads(row[0]) for row in rows]}

    def offered(self, sender: str) -> list[dict[str, Any]]:
        """The choices of the last answer, in the order in which they were numbered; empty where it offered none."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(_LAST_BOT), {"sender": sender}).fetchall()
        found: list[dict[str, Any]] = []
        for row in rows:
            buttons = (json.loads(row[0]).get("data") or {}).get("buttons") or []
            found = list(buttons) or found
        return found
