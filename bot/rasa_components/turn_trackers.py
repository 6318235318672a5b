"""Rasa's tracker store over its own table, with the statements that a turn needs and no others: one that reads, one that writes.

Rasa's own store counts what is there before it writes, and writes when a conversation is new although there is nothing yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components.direct_table import DirectTable

_ALL = "SELECT id, data, NULL AS ran FROM rasa.events WHERE sender_id = $1 ORDER BY id"
_SESSION = """
SELECT id, data, (
    SELECT min(id) FROM rasa.events
    WHERE sender_id = $1 AND type_name = 'user' AND (data::jsonb ->> 'message_id') = $2
) AS ran
FROM rasa.events
WHERE sender_id = $1 AND timestamp >= coalesce(
    (SELECT max(timestamp) FROM rasa.events WHERE sender_id = $1 AND type_name = 'session_started'), '-infinity'
)
ORDER BY id
"""
_ANSWERED = """
SELECT id, data, NULL AS ran FROM rasa.events
WHERE sender_id = $1 AND id >= $2 AND type_name IN ('user', 'bot') ORDER BY id
"""
_INSERT = "INSERT INTO rasa.events (sender_id, type_name, timestamp, intent_name, action_name, data) VALUES "

Event = dict[str, Any]


class TurnTrackers(SQLTrackerStore):
    """One conversation is in one process's hands at a time (its lock is held): what was read of it holds until it is written.

    Each statement is a transaction of its own, and a turn's events are one statement.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._table = DirectTable(self.engine)
        self._read: dict[str, list[Event]] = {}
        self._written: dict[str, list[Event]] = {}

    def look_up(self, sender: str, turn_id: str) -> tuple[list[Event] | None, list[Event]]:
        """The events of a turn that ran before, from the person's message on, None where it did not; and those of the present session,
        which are kept for the tracker that is asked for next.
        """
        rows = self._table.read(_SESSION, sender, turn_id)
        self._read[sender] = events = [json.loads(row[1]) for row in rows]
        ran = rows[0][2] if rows else None
        if ran is None:
            return None, events
        answered = self._table.read(_ANSWERED, sender, ran)
        return [json.loads(row[1]) for row in answered], events

    def written(self, sender: str) -> list[Event]:
        """What was written of a conversation since it was looked up last."""
        return self._written.pop(sender, [])

    def forget(self, sender: str) -> None:
        """What was read of a conversation holds no longer: its lock is given back."""
        self._read.pop(sender, None)
        self._written.pop(sender, None)

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        events = None if fetch_events_from_all_sessions else self._read.pop(sender_id, None)
        if events is None:
            everything = fetch_events_from_all_sessions
            rows = (
                self._table.read(_ALL, sender_id) if everything else self._table.read(_SESSION, sender_id, "")
            )
            events = [json.loads(row[1]) for row in rows]
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored_events = len(events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is not in the table yet; a conversation that is new has nothing to be written."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        if not tracker.events:
            tracker.stored_events = 0
            return
        stored = getattr(tracker, "stored_events", None)
        if stored is None:
            stored = len(self._table.read(_SESSION, sender, ""))
        fresh = list(islice(tracker.events, stored, None))
        if fresh:
            events = [event.as_dict() for event in fresh]
            self._insert(sender, events)
            self._written.setdefault(sender, []).extend(events)
        tracker.stored_events = stored + len(fresh)

    def _insert(self, sender: str, events: Iterable[Event]) -> None:
        rows: list[tuple[Any, ...]] = []
        for data in events:
            intent = data.get("parse_data", {}).get("intent", {}).get("name")
            rows.append(
                (sender, data["event"], data.get("timestamp"), intent, data.get("name"), json.dumps(data))
            )
        values = [value for row in rows for value in row]
        self._table.write(_inserts(len(rows)), *values)


@cache
def _inserts(rows: int) -> str:
    numbers = iter(range(1, 6 * rows + 1))
    return _INSERT + ", ".join(f"({', '.join(f'${next(numbers)}' for _ in range(6))})" for _ in range(rows))
