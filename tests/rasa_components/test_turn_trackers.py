"""What is read and written of a conversation in a turn: once, and only what is new. The statements themselves run in `tests/e2e`."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components import turn_trackers
from bot.rasa_components.turn_trackers import TurnTrackers

SENDER = "7"


class Table:
    """Stands for the table of events: understands the store's four statements, and keeps which were run."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, str, str]] = []
        self.run: list[str] = []

    def write(self, statement: str, *values: Any) -> None:
        assert statement.startswith(turn_trackers._INSERT)
        assert len(re.findall(r"\$\d+", statement)) == len(values)
        self.run.append("insert")
        for at in range(0, len(values), 6):
            sender, kind, *_, data = values[at : at + 6]
            self.rows.append((len(self.rows) + 1, sender, kind, data))

    def read(self, statement: str, *values: Any) -> list[tuple[int, str, int | None]]:
        rows = [(number, kind, data) for number, sender, kind, data in self.rows if sender == values[0]]
        if statement == turn_trackers._ANSWERED:
            self.run.append("answered")
            kinds = ("user", "bot")
            return [
                (number, data, None) for number, kind, data in rows if number >= values[1] and kind in kinds
            ]
        ran = None
        if statement == turn_trackers._SESSION:
            self.run.append("session")
            asked = [
                number
                for number, kind, data in rows
                if kind == "user" and json.loads(data)["message_id"] == values[1]
            ]
            ran = min(asked, default=None)
            begins = max((number for number, kind, _ in rows if kind == "session_started"), default=0)
            rows = [row for row in rows if row[0] >= begins]
        else:
            assert statement == turn_trackers._ALL
            self.run.append("all")
        return [(number, data, ran) for number, _, data in rows]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def store(table: Table) -> TurnTrackers:
    made = TurnTrackers(Domain.empty(), host="sqlite:///:memory:")
    made._table = table
    return made


def turn(message_id: str, answer: str) -> list[Event]:
    return [UserUttered("salam", message_id=message_id), BotUttered(answer), ActionExecuted("action_listen")]


def save(store: TurnTrackers, *events: Event) -> DialogueStateTracker:
    """A turn as Rasa runs it: the tracker is asked for, told of events, and saved."""
    tracker = asyncio.run(store.get_or_create_tracker(SENDER, append_action_listen=False))
    for event in events:
        tracker.update(event)
    asyncio.run(store.save(tracker))
    return tracker


def test_a_turn_writes_what_is_new_with_one_statement_and_nothing_twice(
    store: TurnTrackers, table: Table
) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    tracker = save(store, *turn("2", "wakha"))
    asyncio.run(store.save(tracker))
    assert table.run.count("insert") == 2
    assert [kind for _, _, kind, _ in table.rows] == ["session_started", *["user", "bot", "action"] * 2]
    assert len(tracker.events) == 7


def test_of_a_tracker_that_was_not_read_here_only_what_is_not_there_is_written(
    store: TurnTrackers, table: Table
) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    events = [SessionStarted(), *turn("1", "marhba"), UserUttered("bghit", message_id="2")]
    asyncio.run(store.save(DialogueStateTracker.from_events(SENDER, events)))
    assert len(table.rows) == 5


def test_a_conversation_that_is_new_writes_nothing(store: TurnTrackers, table: Table) -> None:
    asyncio.run(store.save(DialogueStateTracker.from_events(SENDER, [])))
    assert (table.rows, table.run) == ([], [])


def test_what_was_looked_up_is_what_the_next_tracker_is_made_of_once(
    store: TurnTrackers, table: Table
) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    table.run.clear()
    ran, events = store.look_up(SENDER, "2")
    assert (ran, len(events)) == (None, 4)
    tracker = save(store, *turn("2", "wakha"))
    assert table.run == ["session", "insert"]
    assert len(tracker.events) == 7
    assert save(store).events[-2].as_dict()["text"] == "wakha"
    assert table.run == ["session", "insert", "session"]


def test_a_turn_that_ran_is_found_with_what_followed(store: TurnTrackers) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    save(store, *turn("2", "wakha"))
    ran, _ = store.look_up(SENDER, "2")
    assert ran is not None
    assert [(event["event"], event["text"]) for event in ran] == [("user", "salam"), ("bot", "wakha")]


def test_only_the_present_session_is_read_unless_all_are_asked_for(store: TurnTrackers) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    save(store, SessionStarted(), *turn("2", "wakha"))
    session = asyncio.run(store.retrieve(SENDER))
    everything = asyncio.run(store.retrieve_full_tracker(SENDER))
    assert session is not None
    assert everything is not None
    assert (len(session.events), len(everything.events)) == (4, 8)


def test_what_was_written_is_told_once_and_what_was_read_is_forgotten_with_the_lock(
    store: TurnTrackers, table: Table
) -> None:
    save(store, SessionStarted(), *turn("1", "marhba"))
    assert [event["event"] for event in store.written(SENDER)] == ["session_started", "user", "bot", "action"]
    assert store.written(SENDER) == []
    store.look_up(SENDER, "2")
    store.forget(SENDER)
    table.run.clear()
    save(store)
    assert table.run == ["session"]
