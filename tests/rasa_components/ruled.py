"""Rasa's rule policy as it learns from the project's own rules, and conversations that go through them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph

ROOT = Path(__file__).parents[2]
LISTEN = "action_listen"


def project_domain() -> Domain:
    """The project's own."""
    return Domain.load(str(ROOT / "domain.yml"))


def new_policy() -> RulePolicy:
    """A policy that has learnt nothing."""
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        return RulePolicy.create(
            RulePolicy.get_default_config(), storage, Resource("policy"), ExecutionContext(GraphSchema({}))
        )


def learnt_rules(domain: Domain) -> dict[str, Any]:
    """What the policy knows after it has learnt from the project's rules."""
    reader = YAMLStoryReader(domain)
    files = sorted((ROOT / "nlu_data" / "rules").glob("*.yml"))
    steps = [step for file in files for step in reader.read_from_file(str(file))]
    generator = TrainingDataGenerator(
        StoryGraph(steps), domain, remove_duplicates=False, augmentation_factor=0
    )
    policy = new_policy()
    policy.persist = lambda: None
    policy.train(generator.generate(), domain)
    lookup: dict[str, Any] = policy.lookup
    return lookup


def conversation(
    domain: Domain, policy: RulePolicy, luck: random.Random, *, messages: int
) -> Iterator[tuple[DialogueStateTracker, PolicyPrediction]]:
    """Somebody who says anything: the conversation before each of the policy's predictions, with that prediction.

    Forms ask, end, or refuse what was said, as it happens.
    """
    tracker = DialogueStateTracker("somebody", domain.slots)
    tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted()], domain)
    tracker.update(ActionExecuted(LISTEN))
    for _ in range(messages):
        opens = tracker.active_loop_name is None and luck.random() < 0.5
        intent = {"name": luck.choice(("book_slot", "submit_idea") if opens else domain.intents)}
        entities = [{"entity": "commune", "value": "x"}] if luck.random() < 0.3 else []
        tracker.update(UserUttered("words", intent, entities, {"intent": intent, "entities": entities}))
        for _ in range(6):
            prediction = policy.predict_action_probabilities(tracker, domain)
            yield tracker, prediction
            action = _act(tracker, domain, prediction, luck)
            if action == LISTEN:
                break
        else:
            tracker.update(ActionExecuted(LISTEN))


def _act(
    tracker: DialogueStateTracker, domain: Domain, prediction: PolicyPrediction, luck: random.Random
) -> str:
    best = DefaultPolicyPredictionEnsemble().combine_predictions([prediction], tracker, domain)
    action: str = domain.action_names_or_texts[best.max_confidence_index]
    if action in domain.form_names and tracker.active_loop_name == action and luck.random() < 0.4:
        tracker.update(ActionExecutionRejected(action))
        return action
    tracker.update_with_events([*best.events, ActionExecuted(action)], domain)
    tracker.update_with_events(_done_by(action, tracker, domain, luck), domain)
    return action


def _done_by(action: str, tracker: DialogueStateTracker, domain: Domain, luck: random.Random) -> list[Event]:
    if action == "action_leave_form" or (
        action in domain.form_names and tracker.active_loop_name == action and luck.random() < 0.4
    ):
        return [ActiveLoop(None), SlotSet("requested_slot", None)]
    if action in domain.form_names:
        return [ActiveLoop(action), SlotSet("requested_slot", domain.required_slots_for_form(action)[0])]
    return [SlotSet("pending", {"question": "place"})]
