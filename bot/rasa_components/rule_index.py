"""The rules that fit a conversation, found by its latest state: Rasa's policy tries every rule there is on every state there was."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

State = Mapping[str, Mapping[str, Any]]
Wanted = tuple[str, str, Any]


class _Step(NamedTuple):
    """One state of a rule: values that have to be there, as they have to be, and those that must not be."""

    starts: bool
    wanted: tuple[Wanted, ...]
    unwanted: tuple[tuple[str, str], ...]

    def fits(self, state: State) -> bool:
        """Whether Rasa would call a rule applicable to this state of a conversation at this step."""
        begins = not state.get(PREVIOUS_ACTION)
        if self.starts or begins:
            # Where both begin nothing else is compared, which is Rasa's way.
            return self.starts and begins
        for kind, name, value in self.wanted:
            if state.get(kind, {}).get(name) != value:
                return False
        return not any(_is_set(state.get(kind, {}).get(name)) for kind, name in self.unwanted)


def _is_set(value: Any) -> bool:
    return bool(value) and value != SHOULD_NOT_BE_SET


class RuleIndex:
    """The keys of one of the policy's tables of rules."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._all = frozenset(keys)
        self._by_latest: dict[tuple[str | None, str | None], list[tuple[str, tuple[_Step, ...]]]]
        self._by_latest = defaultdict(list)
        for key in keys:
            steps = tuple(_step(state) for state in reversed(json.loads(key)))
            self._by_latest[_place(steps)].append((key, steps))

    def possible(self, states: Sequence[State]) -> set[str]:
        """The keys of the rules whose states all fit the latest ones of a conversation, which may be shorter or longer."""
        if not states:
            return set(self._all)
        action = states[-1].get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        intent = states[-1].get(USER, {}).get(INTENT)
        places = {(a, i) for a in (action, None) for i in (intent, None)}
        return {
            key
            for place in places
            for key, steps in self._by_latest.get(place, ())
            if all(step.fits(state) for step, state in zip(steps, reversed(states), strict=False))
        }


def find_rules_by_state(policy: Any) -> None:
    """From now on this rule policy looks its rules up. Called once it is loaded."""
    tables = [policy.lookup[name] for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) if name in policy.lookup]
    indexes = {id(table): RuleIndex(list(table)) for table in tables}

    def possible(table: Mapping[str, str], states: list[State]) -> set[str]:
        return indexes[id(table)].possible(states)

    policy._get_possible_keys = possible


def _step(state: State) -> _Step:
    wanted, unwanted = [], []
    for kind, values in state.items():
        for name, value in values.items():
            if value == SHOULD_NOT_BE_SET:
                unwanted.append((kind, name))
            elif value:
                # What was a tuple is a list in JSON.
                wanted.append((kind, name, tuple(value) if isinstance(value, list) else value))
    return _Step(not state.get(PREVIOUS_ACTION), tuple(wanted), tuple(unwanted))


def _place(steps: tuple[_Step, ...]) -> tuple[str | None, str | None]:
    """The action and the intent that the latest state has to have, None where either may be any."""
    if not steps or steps[0].starts:
        return None, None
    wanted = {(kind, name): value for kind, name, value in steps[0].wanted}
    return wanted.get((PREVIOUS_ACTION, ACTION_NAME)), wanted.get((USER, INTENT))
