"""Sets the intent of a message, and every question that it asks."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.locales import DEFAULT_VARIETY
from bot.rasa_components.entity_extractor import KHEMISSET
from bot.rasa_components.examples import Example
from bot.rasa_components.fingerprints import sources_fingerprint
from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.moment import CASABLANCA
from bot.rasa_components.plain_names import read_plainly
from bot.rasa_components.questions import Guess
from bot.rasa_components.scorers import Options
from bot.rasa_components.understanding import Understanding, understand
from bot.rasa_components.variety_identifier import VARIETY, variety_of_example

INTENTS = "intents"
_RANKING_LENGTH = 10
# A day is put plainly whichever it is, so any moment will do for reading examples, as long as it is always
# the same one.
_WRITTEN = datetime(2026, 11, 23, 10, tzinfo=CASABLANCA)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CaravanIntentClassifier(GraphComponent):
    """Sets ``intent``, ``intent_ranking`` (what the model itself thinks) and ``intents`` (all questions of
    the message, best first).

    Runs after the entity extractor and the variety identifier, whose findings it uses.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None,
    ) -> None:
        self._options = Options(**{field.name: config[field.name] for field in fields(Options)})
        self._province = str(config["province"])
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's options: the province, as for the entity extractor, and those of
        :class:`bot.rasa_components.scorers.Options`."""
        return {"province": KHEMISSET, **Options().__dict__}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CaravanIntentClassifier:
        """Called by Rasa before training."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CaravanIntentClassifier:
        """Called by Rasa to answer messages. The first message is understood here, so that nobody waits for
        it."""
        with model_storage.read_from(resource) as folder:
            model = IntentModel.load(folder)
        model.scores(["salam"])
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa train anew when code or word lists have changed."""
        return sources_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all examples; their order does not matter."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT)]
        plain = read_plainly([str(message.get(TEXT)) for message in messages], _WRITTEN, self._province)
        examples = {_example(message, text) for message, text in zip(messages, plain, strict=True)}
        in_order = sorted(examples, key=lambda one: (one.text, one.intent, one.variety))
        self._model = IntentModel.fit(in_order, self._options)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Understands each message."""
        assert self._model is not None, "messages are processed by a loaded component"
        for message in messages:
            understood = understand(
                self._model,
                str(message.get(TEXT) or ""),
                message.get(ENTITIES) or [],
                message.get(VARIETY) or DEFAULT_VARIETY.value,
            )
            _set(message, understood)
        return messages


def _example(message: Message, plain: str) -> Example:
    """An example as the model reads messages: with plain names."""
    return Example(
        text=plain,
        intent=str(message.get(INTENT)),
        variety=variety_of_example(message) or DEFAULT_VARIETY.value,
    )


def _set(message: Message, understood: Understanding) -> None:
    message.set(INTENT, _as_rasa(understood.best), add_to_output=True)
    ranking = [_as_rasa(guess) for guess in understood.ranking[:_RANKING_LENGTH]]
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
    questions = [
        {**_as_rasa(question.guess), "start": question.start, "end": question.end}
        for question in understood.questions
    ]
    message.set(INTENTS, questions, add_to_output=True)


def _as_rasa(guess: Guess) -> dict[str, Any]:
    return {INTENT_NAME_KEY: guess.intent, PREDICTED_CONFIDENCE_KEY: round(guess.confidence, 4)}
