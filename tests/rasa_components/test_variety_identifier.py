from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.rasa_components.variety_identifier import VarietyIdentifier, _settled, without_neutral
from bot.rasa_components.variety_model import VarietyModel

TIFLET = {"entity": "commune", "value": "04.291.01.05", "start": 0, "end": 6}


def identified(
    model: VarietyModel,
    text: str,
    known: str | None = None,
    chosen: bool = False,
    entities: tuple[dict[str, Any], ...] = (),
) -> str:
    component = VarietyIdentifier(model_storage=None, resource=None, model=model)  # type: ignore[arg-type]
    metadata = {"variety": known, "variety_chosen": chosen}
    message = Message(data={"text": text, "metadata": metadata, "entities": list(entities)})
    parsed = component.process([message])[0].as_dict(only_output_properties=True)
    assert 0.0 <= parsed["variety_confidence"] <= 1.0
    return str(parsed["variety"])


@pytest.mark.parametrize("known", ["ary-Arab", "ary-Latn", "ar", "fr"])
@pytest.mark.parametrize("text", ["ok", "1", "👍", "0612345678", "hhhh", "", "menu", "10h30", "9h", "12/12"])
def test_what_tells_nothing_keeps_the_variety_in_use(varieties: VarietyModel, text: str, known: str) -> None:
    assert identified(varieties, text, known) == known


@pytest.mark.parametrize("known", ["ary-Arab", "ary-Latn", "ar", "fr"])
def test_the_name_of_a_place_keeps_the_variety_in_use(varieties: VarietyModel, known: str) -> None:
    assert identified(varieties, "Tiflet", known, entities=(TIFLET,)) == known


def test_what_was_chosen_counts_whatever_is_written(varieties: VarietyModel) -> None:
    assert identified(varieties, "je voudrais savoir quand vous venez", "ary-Arab", chosen=True) == "ary-Arab"


def test_a_french_word_does_not_flip_darija(varieties: VarietyModel) -> None:
    assert identified(varieties, "merci", "ary-Latn") == "ary-Latn"
    assert identified(varieties, "wach kayn la formation l chabab") == "ary-Latn"


def test_a_whole_sentence_changes_the_variety(varieties: VarietyModel) -> None:
    assert identified(varieties, "je voudrais savoir quand vous venez chez nous", "ary-Latn") == "fr"
    assert identified(varieties, "وقتاش غاتجي القافلة لعندنا للدوار", "fr") == "ary-Arab"


@pytest.mark.parametrize(("text", "expected"), [("1", "ary-Arab"), ("👍", "ary-Arab"), ("", "ary-Arab")])
def test_without_script_or_history(varieties: VarietyModel, text: str, expected: str) -> None:
    assert identified(varieties, text) == expected


@pytest.mark.parametrize("text", ["السلام عليكم", "سلام", "وعليكم السلام!"])
def test_a_greeting_that_everybody_uses_is_answered_in_darija_until_more_is_known(
    varieties: VarietyModel, text: str
) -> None:
    assert identified(varieties, text) == "ary-Arab"
    assert identified(varieties, text, "ar") == "ar"
    assert identified(varieties, f"{text} أريد معرفة مواعيد القافلة") == "ar"


def test_an_unknown_tag_is_no_history(varieties: VarietyModel) -> None:
    assert identified(varieties, "1", "tlh") == "ary-Arab"


def test_neutral_parts_are_taken_out() -> None:
    assert without_neutral("Tiflet ok wach fabor", [TIFLET]) == "wach fabor"
    assert without_neutral("10h30 wla 12/12, wach 3ndi 9iyama", []) == "wla wach 3ndi 9iyama"


@pytest.mark.parametrize(
    ("text", "known", "settled"),
    [
        ("salam", None, "ary-Latn"),
        ("merci", None, "fr"),
        ("نعم", None, "ar"),
        ("azertyuiop qsdfgh", "fr", "fr"),
        ("azertyuiop qsdfgh", "ary-Latn", "ary-Latn"),
        ("azertyuiop", "ar", None),
        ("القائمة", "ary-Arab", "ary-Arab"),
        ("merci", "ary-Latn", None),
        ("brahim", None, None),
    ],
)
def test_a_few_words_are_settled_where_they_say_one_thing_or_nothing(
    text: str, known: str | None, settled: str | None
) -> None:
    assert _settled(text, text, known) == settled
