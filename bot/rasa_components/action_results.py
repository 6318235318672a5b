"""What the action server answers is checked against Rasa's schema of it, without checking that schema each time.

Rasa has jsonschema prove anew for every action that its own constant schema is a schema: that took a third of a turn.
"""

from __future__ import annotations

import functools
from typing import Any

from jsonschema import validators
from rasa.core.actions.action import RemoteAction


@functools.lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def validate(result: dict[str, Any]) -> None:
    """Raises jsonschema's ValidationError where Rasa would."""
    _validator().validate(result)


def check_the_schema_once() -> None:
    """From now on the actions of this process check their results with the schema that was checked once."""

    def validated(action: RemoteAction, result: dict[str, Any]) -> bool:
        validate(result)
        return True

    RemoteAction._validate_action_result = validated
