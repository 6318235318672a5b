"""What Rasa works out for each message although it is always the same, or was worked out a moment ago, is worked out once."""

from __future__ import annotations

import logging
from functools import cache
from types import SimpleNamespace
from typing import Any

from rasa.core import processor as processing
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, MAPPING_TYPE, SlotMappingType
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components.known_states import know_states
from bot.rasa_components.rule_index import find_rules_by_state


def think_once(processor: Any) -> None:
    """Once per processor, when its model is loaded."""
    _in_this_process()
    _know_whether_empty(processor.domain)
    if not extracts_slots(processor.domain):
        processor.run_action_extract_slots = _nothing_extracted
    for node in processor.graph_runner._instantiated_nodes.values():
        policy = getattr(node, "_component", None)
        if isinstance(policy, RulePolicy):
            find_rules_by_state(policy)
            know_states(policy.featurizer)


@cache
def _in_this_process() -> None:
    # Rasa goes through all classes there are for each event that it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    Slot.__copy__ = _copied
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        _copy_nothing_for_the_log()


def extracts_slots(domain: Domain) -> bool:
    """Whether Rasa may find a slot's value in a message by itself. Where actions set all slots, it looks for none and calls nobody."""
    by_actions = all(
        mapping.get(MAPPING_TYPE) == SlotMappingType.CUSTOM.value and not mapping.get("action")
        for slot in domain.slots
        for mapping in slot.mappings
    )
    return not by_actions or ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions


async def _nothing_extracted(output_channel: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
    return tracker


def _know_whether_empty(domain: Domain) -> None:
    """Rasa makes an empty domain for each message, to compare the one it has with it."""
    empty = domain.is_empty()
    domain.is_empty = lambda: empty


def _copy_nothing_for_the_log() -> None:
    """These modules copy for one purpose: they hand all events to the log of a debugger that does not listen."""
    for module in (processing, rule_policy):
        vars(module)["copy"] = SimpleNamespace(deepcopy=lambda value: value)


def _copied(slot: Slot) -> Slot:
    """What ``copy.copy`` gives, without its detour. Trackers have copies of all slots, each action a tracker."""
    made: Slot = object.__new__(type(slot))
    made.__dict__.update(slot.__dict__)
    return made
