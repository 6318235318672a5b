"""The states that are remembered are those that Rasa works out anew each time."""

from __future__ import annotations

import random
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components.known_states import know_states
from tests.rasa_components.ruled import LISTEN, conversation, new_policy


def test_the_states_are_the_same_at_each_step_of_conversations(rules: dict[str, Any], domain: Domain) -> None:
    plain, knowing = new_policy(), new_policy()
    plain.lookup = knowing.lookup = rules
    know_states(knowing.featurizer)
    longest = forms = 0
    for seed in range(12):
        for tracker, predicted in conversation(domain, plain, random.Random(seed), messages=8):
            for by_text in (True, False):
                states = knowing._prediction_states(tracker, domain, by_text)
                assert states == plain._prediction_states(tracker, domain, by_text)
            assert knowing.predict_action_probabilities(tracker, domain) == predicted
            longest, forms = max(longest, len(states)), forms + ("active_loop" in states[-1])
    assert longest > 16
    assert forms > 100


def test_what_was_played_is_not_played_again(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = new_policy()
    know_states(policy.featurizer)
    tracker = DialogueStateTracker("somebody", domain.slots)
    tracker.update(ActionExecuted(LISTEN))
    tracker.update(UserUttered("words", {"name": "greet"}))
    policy._prediction_states(tracker, domain)
    asked: list[DialogueStateTracker] = []
    state = domain.get_active_state

    def counted(tracker: DialogueStateTracker, **options: Any) -> Any:
        asked.append(tracker)
        return state(tracker, **options)

    monkeypatch.setattr(domain, "get_active_state", counted)
    for action in ("action_greet", LISTEN):
        tracker.update(ActionExecuted(action))
    policy._prediction_states(tracker, domain)
    # Before each of the two actions, and after them; not again before the one that was known.
    assert len(asked) == 3
