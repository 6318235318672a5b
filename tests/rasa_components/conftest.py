"""Fixtures for the tests of Rasa's side, which run in Rasa's environment."""

from __future__ import annotations

import pytest

from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.scorers import Options
from bot.rasa_components.variety_model import VarietyModel
from tests.rasa_components.corpus import EXAMPLES


@pytest.fixture(scope="session")
def intents() -> IntentModel:
    """A model of three intents in four varieties."""
    return IntentModel.fit(EXAMPLES, Options())


@pytest.fixture(scope="session")
def varieties() -> VarietyModel:
    """A model of the four varieties."""
    return VarietyModel.fit([one.text for one in EXAMPLES], [one.variety for one in EXAMPLES])
