"""Rasa's door to the entity grammar of :mod:`bot.core.entities`."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.core.entities import Entity, extract
from bot.gazetteer import Gazetteer
from bot.rasa_components.moment import written_at

KHEMISSET = "04.291"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent):
    """Sets ``entities``. The communes that count as inside are those of the province whose HCP code the message's
    metadata name (``province``: the caravan's), else of the option ``province``."""

    def __init__(self, province: str) -> None:
        self._province = province
        _gazetteer(province)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's options."""
        return {"province": KHEMISSET}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityExtractor:
        """Called by Rasa."""
        return cls(config["province"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what is found in each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            metadata = message.get("metadata") or {}
            gazetteer = _gazetteer(metadata.get("province") or self._province)
            found = found_in(text, written_at(metadata), gazetteer)
            kept = [*message.get(ENTITIES, []), *found]
            message.set(ENTITIES, kept, add_to_output=True)
        return messages


@lru_cache(maxsize=4)
def _gazetteer(province: str) -> Gazetteer:
    return Gazetteer.load(province)


def found_in(text: str, now: datetime, gazetteer: Gazetteer) -> list[dict[str, Any]]:
    """The entities of ``text``, written at the aware moment ``now``, in Rasa's form."""
    return [_as_rasa(entity) for entity in extract(text, now, gazetteer)]


def _as_rasa(entity: Entity) -> dict[str, Any]:
    return {
        "entity": entity.kind,
        "value": entity.value,
        "start": entity.start,
        "end": entity.end,
        "extractor": EntityExtractor.__name__,
        "confidence": entity.score,
        "alternatives": list(entity.alternatives),
        "uncertain": entity.uncertain,
    }
