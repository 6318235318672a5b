"""What is worked out once is what Rasa works out each time."""

from __future__ import annotations

import asyncio
import copy
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components.once import extracts_slots, think_once
from tests.rasa_components.ruled import new_policy


def processor(domain: Domain, *components: Any) -> Any:
    nodes = {str(number): SimpleNamespace(_component=one) for number, one in enumerate(components)}
    return SimpleNamespace(domain=domain, graph_runner=SimpleNamespace(_instantiated_nodes=nodes))


def a_domain(mapping: str, *, actions: str = "") -> Domain:
    slots = f"slots: {{place: {{type: text, mappings: [{mapping}]}}}}"
    return Domain.from_yaml(
        f"version: '3.1'\nintents: [greet]\nentities: [place]\nactions: [{actions}]\n{slots}\n"
    )


@pytest.mark.parametrize(
    ("mapping", "actions", "extracts"),
    [
        ("{type: custom}", "", False),
        ("{type: custom}", "action_validate_slot_mappings", True),
        ("{type: custom, action: action_find}", "action_find", True),
        ("{type: from_entity, entity: place}", "", True),
        ("{type: from_text}", "", True),
        ("{type: from_intent, value: x}", "", True),
    ],
)
def test_whether_rasa_looks_for_slots_in_a_message(mapping: str, actions: str, extracts: bool) -> None:
    domain = a_domain(mapping, actions=actions)
    assert extracts_slots(domain) is extracts
    made = processor(domain)
    think_once(made)
    assert hasattr(made, "run_action_extract_slots") is not extracts


def test_where_it_looks_for_none_it_would_have_found_none(domain: Domain) -> None:
    made = processor(domain)
    think_once(made)
    tracker = DialogueStateTracker("somebody", domain.slots)
    entities = [{"entity": name, "value": "x"} for name in domain.entities]
    tracker.update(UserUttered("x", {"name": "inform"}, entities))
    channel = CollectingOutputChannel()
    assert asyncio.run(ActionExtractSlots(None).run(channel, None, tracker, domain)) == []
    before = list(tracker.events)
    assert asyncio.run(made.run_action_extract_slots(channel, tracker)) is tracker
    assert list(tracker.events) == before


@pytest.mark.parametrize("empty", [True, False])
def test_whether_a_domain_is_empty_is_known(empty: bool) -> None:
    domain = Domain.empty() if empty else a_domain("{type: custom}")
    think_once(processor(domain))
    assert domain.is_empty() is empty


def test_a_copied_slot_is_a_slot_of_its_own() -> None:
    think_once(processor(Domain.empty()))
    slot = AnySlot("place", [{"type": "custom"}], initial_value=1, influence_conversation=False)
    made = copy.copy(slot)
    assert (type(made), vars(made)) == (AnySlot, vars(slot))
    made.value = 2
    assert slot.value == 1
    assert not slot.has_been_set


def test_events_are_read_as_what_they_are() -> None:
    think_once(processor(Domain.empty()))
    for _ in range(2):
        assert Event.from_parameters({"event": "slot", "name": "place", "value": 1}) == SlotSet("place", 1)
        assert Event.from_parameters({"event": "session_started"}) == SessionStarted()
        with pytest.raises(ValueError, match="nonsense"):
            Event.from_parameters({"event": "nonsense"})


def test_the_policy_of_the_model_is_quickened(rules: dict[str, Any], domain: Domain) -> None:
    policy = new_policy()
    policy.lookup = rules
    think_once(processor(domain, object(), policy))
    assert {"_get_possible_keys"} <= vars(policy).keys()
    assert {"_create_states"} <= vars(policy.featurizer).keys()
