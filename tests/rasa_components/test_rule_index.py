"""The index finds the rules that Rasa's policy finds by trying them all."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.domain import Domain

from bot.rasa_components.rule_index import RuleIndex, find_rules_by_state
from tests.rasa_components.ruled import conversation, new_policy

LISTEN = {"prev_action": {"action_name": "action_listen"}}
SAYS_NO = {**LISTEN, "user": {"intent": "deny"}}


def two_policies(lookup: dict[str, Any]) -> tuple[RulePolicy, RulePolicy]:
    """Rasa's as it is, and with the index."""
    plain, indexed = new_policy(), new_policy()
    plain.lookup = indexed.lookup = lookup
    find_rules_by_state(indexed)
    return plain, indexed


@pytest.mark.parametrize("table", [RULES, RULES_FOR_LOOP_UNHAPPY_PATH])
def test_every_rule_of_the_project_is_found_in_its_own_states(table: str, rules: dict[str, Any]) -> None:
    plain, indexed = two_policies(rules)
    keys = rules[table]
    assert len(keys) > 50
    for key in keys:
        states = [_without_what_is_unset(state) for state in json.loads(key)]
        for before in ([], [LISTEN], [SAYS_NO, LISTEN]):
            found = indexed._get_possible_keys(keys, [*before, *states])
            assert key in found
            assert found == plain._get_possible_keys(keys, [*before, *states])
        assert indexed._get_possible_keys(keys, states[:-1]) == plain._get_possible_keys(keys, states[:-1])


def test_the_same_is_predicted_in_conversations_of_all_kinds(rules: dict[str, Any], domain: Domain) -> None:
    plain, indexed = two_policies(rules)
    sources = set()
    for seed in range(12):
        for tracker, predicted in conversation(domain, plain, random.Random(seed), messages=8):
            assert indexed.predict_action_probabilities(tracker, domain) == predicted
            sources.add(plain._predict(tracker, domain)[1])
    assert len(sources) > 80


@pytest.mark.parametrize(
    ("rule", "states", "fits"),
    [
        ([SAYS_NO], [SAYS_NO], True),
        ([SAYS_NO], [LISTEN], False),
        ([LISTEN], [SAYS_NO], True),
        ([{"prev_action": {"action_name": "a"}}, LISTEN], [SAYS_NO], True),
        ([{"prev_action": {"action_name": "a"}}, LISTEN], [LISTEN, SAYS_NO], False),
        ([{"user": {"intent": "greet"}}], [{"user": {"intent": "deny"}}], True),
        ([{"user": {"intent": "greet"}}], [{**LISTEN, "user": {"intent": "greet"}}], False),
        ([LISTEN], [{}], False),
        ([{**SAYS_NO, "slots": {"s": [1.0, 0.0]}}], [{**SAYS_NO, "slots": {"s": (1.0, 0.0)}}], True),
        ([{**SAYS_NO, "slots": {"s": [1.0, 0.0]}}], [{**SAYS_NO, "slots": {"s": (0.0, 1.0)}}], False),
        ([{**SAYS_NO, "active_loop": {"name": "should_not_be_set"}}], [SAYS_NO], True),
        (
            [{**SAYS_NO, "active_loop": {"name": "should_not_be_set"}}],
            [{**SAYS_NO, "active_loop": {"name": "should_not_be_set"}}],
            True,
        ),
        (
            [{**SAYS_NO, "active_loop": {"name": "should_not_be_set"}}],
            [{**SAYS_NO, "active_loop": {"name": "form"}}],
            False,
        ),
        ([{**SAYS_NO, "user": {"intent": "deny", "text": ""}}], [SAYS_NO], True),
    ],
)
def test_what_a_rule_asks_of_a_state(
    rule: list[dict[str, Any]], states: list[dict[str, Any]], fits: bool
) -> None:
    key = json.dumps(rule)
    assert (key in RuleIndex([key]).possible(states)) is fits
    assert (key in new_policy()._get_possible_keys({key: "x"}, states)) is fits


def _without_what_is_unset(state: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        kind: {name: value for name, value in values.items() if value != "should_not_be_set"}
        for kind, values in state.items()
    }
