"""The states that a conversation went through, each worked out once: Rasa plays the conversation anew for each prediction.

That is three times for a message, and all of it each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker

State = dict[str, dict[str, Any]]


class _Played:
    """How far a conversation was played, the tracker in which it was, and the states before each of its actions."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        self.events: list[Event] = []
        self.tracker = tracker.init_copy()
        self.states: list[State] = []

    def leads_to(self, events: list[Event]) -> bool:
        """Whether these events are those that were played, and more. They are not where a form takes an earlier step of its own back."""
        return len(events) >= len(self.events) and all(
            played is event for played, event in zip(self.events, events, strict=False)
        )

    def play(self, events: list[Event], domain: Any) -> None:
        for event in events[len(self.events) :]:
            if isinstance(event, ActionExecuted):
                self.states.append(domain.get_active_state(self.tracker))
            self.tracker.update(event)
        self.events = events


def know_states(featurizer: Any) -> None:
    """From now on this featurizer of a rule policy remembers with a tracker what it was asked about it."""
    create: Callable[..., list[State]] = featurizer._create_states

    def states(tracker: DialogueStateTracker, domain: Any, **options: Any) -> list[State]:
        if options.get("omit_unset_slots") or options.get("ignore_rule_only_turns"):
            return create(tracker, domain, **options)
        events = tracker.applied_events()
        played: _Played | None = getattr(tracker, "_played", None)
        if played is None or not played.leads_to(events):
            played = tracker._played = _Played(tracker)
        played.play(events, domain)
        # Rasa changes what it is given: the latest state, and earlier ones in the same way each time.
        return [*played.states, domain.get_active_state(played.tracker)]

    featurizer._create_states = states
