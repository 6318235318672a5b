from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction

from bot.rasa_components import action_results


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> RemoteAction:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
    action_results.check_the_schema_once()
    return RemoteAction("action_answer", None)


def test_a_good_result_passes(action: RemoteAction) -> None:
    assert action._validate_action_result(
        {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []}
    )


@pytest.mark.parametrize("result", [{"events": [{"event": 5}]}, {"responses": "words"}, []])
def test_a_bad_one_is_refused_as_rasa_refuses_it(action: RemoteAction, result: Any) -> None:
    with pytest.raises(ValidationError):
        action._validate_action_result(result)


def test_the_schema_itself_is_not_checked_again(
    action: RemoteAction, monkeypatch: pytest.MonkeyPatch
) -> None:
    action._validate_action_result({"events": [], "responses": []})

    def again(*arguments: Any, **named: Any) -> None:
        raise AssertionError("the schema was checked again")

    for kind in {Draft202012Validator, type(action_results._validator())}:
        monkeypatch.setattr(kind, "check_schema", again)
    assert action._validate_action_result({"events": [], "responses": []})
