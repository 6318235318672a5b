from __future__ import annotations

from typing import Any

from rasa.shared.nlu.training_data.message import Message

from bot.rasa_components.entity_extractor import KHEMISSET, EntityExtractor


def found(text: str) -> list[dict[str, Any]]:
    message = Message(data={"text": text, "metadata": {"now": "2026-11-23T10:00:00+01:00"}})
    parsed = EntityExtractor(KHEMISSET).process([message])[0].as_dict(only_output_properties=True)
    return list(parsed["entities"])


def test_places_become_rasa_entities_with_their_codes() -> None:
    (place,) = found("imta jaya l Oulmes")
    assert (place["entity"], place["value"]) == ("commune", "04.291.05.11")
    assert (place["start"], place["end"]) == (12, 18)
    assert place["extractor"] == "EntityExtractor"
    assert 0.0 < place["confidence"] <= 1.0


def test_days_are_reckoned_from_when_the_message_was_written() -> None:
    assert [entity["value"] for entity in found("ghedda")] == ["2026-11-24"]


def test_nothing_found_is_an_empty_list() -> None:
    assert found("salam") == found("") == []
