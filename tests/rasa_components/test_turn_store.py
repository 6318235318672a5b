"""What a turn is told of the events before it, and what it answered."""

from __future__ import annotations

from typing import Any

from bot.rasa_components.turn_store import TurnStore

Event = dict[str, Any]


def asked(message_id: str) -> Event:
    return {"event": "user", "message_id": message_id}


def said(*payloads: str) -> Event:
    return {"event": "bot", "data": {"buttons": [{"payload": payload} for payload in payloads]}}


class Trackers:
    """A table: ``session`` is what the present session holds, ``ran`` the turn that is asked for."""

    def __init__(self, *session: Event, ran: list[Event] | None = None) -> None:
        self.session, self.ran, self.forgotten = list(session), ran, ""

    def look_up(self, sender: str, turn_id: str) -> tuple[list[Event] | None, list[Event]]:
        return self.ran, self.session

    def written(self, sender: str) -> list[Event]:
        return self.session

    def forget(self, sender: str) -> None:
        self.forgotten = sender


def test_the_choices_are_those_of_the_last_answer_that_offered_some() -> None:
    trackers = Trackers(asked("1"), said("/old"), asked("2"), said("/a", "/b"), said())
    ran, offered = TurnStore(trackers).begin("7", "3")
    assert (ran, offered) == (None, [{"payload": "/a"}, {"payload": "/b"}])
    assert TurnStore(Trackers(said("/a"), asked("2"))).begin("7", "3") == (None, [])


def test_a_turn_that_ran_is_its_message_and_its_answers_alone() -> None:
    events = [asked("2"), {"event": "slot"}, said("/a"), said(), asked("3"), said("/later")]
    ran, _ = TurnStore(Trackers(ran=events)).begin("7", "2")
    assert ran == {"user": asked("2"), "bot": [said("/a"), said()]}
    assert TurnStore(Trackers(*events)).finished("7", "3") == {"user": asked("3"), "bot": [said("/later")]}
    assert TurnStore(Trackers(*events)).finished("7", "4") is None


def test_nothing_is_kept_for_the_next_turn() -> None:
    trackers = Trackers()
    TurnStore(trackers).end("7")
    assert trackers.forgotten == "7"
