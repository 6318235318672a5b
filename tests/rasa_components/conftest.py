"""Fixtures for the tests of Rasa's side, which run in Rasa's environment."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.scorers import Options
from bot.rasa_components.variety_model import VarietyModel
from tests.rasa_components.corpus import EXAMPLES
from tests.rasa_components.ruled import learnt_rules, project_domain


@pytest.fixture(scope="session")
def intents() -> IntentModel:
    """A model of three intents in four varieties."""
    return IntentModel.fit(EXAMPLES, Options())


@pytest.fixture(scope="session")
def varieties() -> VarietyModel:
    """A model of the four varieties."""
    return VarietyModel.fit([one.text for one in EXAMPLES], [one.variety for one in EXAMPLES])


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The project's domain."""
    return project_domain()


@pytest.fixture(scope="session")
def rules(domain: Domain) -> dict[str, Any]:
    """What the rule policy learns from the project's rules."""
    return learnt_rules(domain)
