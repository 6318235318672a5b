"""Looking up turns in Rasa's tracker table: the answers of a turn that ran before, and the choices offered last."""

from __future__ import annotations

from typing import Any, Protocol

Event = dict[str, Any]


class Trackers(Protocol):
    """What the turn channel asks of :class:`bot.rasa_components.turn_trackers.TurnTrackers`."""

    def look_up(self, sender: str, turn_id: str) -> tuple[list[Event] | None, list[Event]]:
        """The events of a turn that ran before, None where it did not; and those of the present session."""

    def written(self, sender: str) -> list[Event]:
        """What was written since then."""

    def forget(self, sender: str) -> None:
        """The conversation's lock is given back."""


class TurnStore:
    """One turn's view of the events that the tracker store reads and writes. Used while the conversation's lock is held."""

    def __init__(self, trackers: Trackers) -> None:
        self._trackers = trackers

    def begin(self, sender: str, turn_id: str) -> tuple[dict[str, Any] | None, list[Event]]:
        """``{"user": event, "bot": [events]}`` of a turn that ran to its end before, None where it did not; and the choices of the last
        answer, in the order in which they were numbered, empty where it offered none.
        """
        ran, session = self._trackers.look_up(sender, turn_id)
        return (None if ran is None else _turn(ran, turn_id)), _offered(session)

    def finished(self, sender: str, turn_id: str) -> dict[str, Any] | None:
        """The same of a turn that was written just now."""
        return _turn(self._trackers.written(sender), turn_id)

    def end(self, sender: str) -> None:
        """Nothing that was read is good for the next turn."""
        self._trackers.forget(sender)


def _turn(events: list[Event], turn_id: str) -> dict[str, Any] | None:
    """The message with this id and the answers up to the next message."""
    found: dict[str, Any] | None = None
    for event in events:
        if event["event"] == "user":
            if found is not None:
                break
            if event.get("message_id") == turn_id:
                found = {"user": event, "bot": []}
        elif event["event"] == "bot" and found is not None:
            found["bot"].append(event)
    return found


def _offered(events: list[Event]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for event in events:
        if event["event"] == "user":
            found = []
        elif event["event"] == "bot":
            buttons = (event.get("data") or {}).get("buttons") or []
            found = list(buttons) or found
    return found
