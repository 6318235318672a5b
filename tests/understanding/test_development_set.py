"""The development set is well-formed, covers the contract, and is never trained on."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.evaluation import training_examples
from bot.evaluation.development_set import (
    MIXED,
    OUT_OF_SCOPE,
    VARIETIES,
    BrokenDevelopmentSet,
    Labelled,
    load,
)
from bot.evaluation.entity_scores import KINDS

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = load()
# What channels send, not people.
NOT_TYPED = {"nlu_fallback", "share_location", "send_media", "answer_change"}
SECTORS = frozenset(
    [
        "agriculture",
        "livestock",
        "food_processing",
        "crafts",
        "commerce",
        "services",
        "tourism",
        "construction",
        "digital",
        "other",
    ]
)


def intents() -> set[str]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {next(iter(one)) if isinstance(one, dict) else one for one in domain["intents"]}


def test_there_are_enough_messages() -> None:
    assert len(MESSAGES) >= 1500


def test_no_message_stands_twice() -> None:
    counted = Counter(message.text for message in MESSAGES)
    assert [text for text, count in counted.items() if count > 1] == []


def test_every_intent_is_one_of_the_domain() -> None:
    assert {intent for message in MESSAGES for intent in message.intents} <= intents()


@pytest.mark.parametrize("variety", VARIETIES)
def test_every_intent_occurs_in_every_variety(variety: str) -> None:
    occurring = {message.intent for message in MESSAGES if message.section == variety}
    assert intents() - NOT_TYPED - occurring == set()


@pytest.mark.parametrize("variety", VARIETIES)
def test_out_of_scope_messages_are_many_in_every_variety(variety: str) -> None:
    counted = [one for one in MESSAGES if one.section == variety and one.intent == OUT_OF_SCOPE]
    assert len(counted) >= 40


def test_mixed_messages_are_many() -> None:
    assert sum(message.section == MIXED for message in MESSAGES) >= 100


def test_all_communes_of_the_province_occur() -> None:
    assert len({value for message in MESSAGES for value in message.values("commune")}) == 35


def test_values_are_written_as_the_contract_says() -> None:
    named = [(message.text, kind, value) for message in MESSAGES for kind, value in message.entities]
    assert {kind for _, kind, _ in named} == set(KINDS)
    assert [one for one in named if not _is_well_formed(one[1], one[2])] == []


def _is_well_formed(kind: str, value: str) -> bool:
    if kind == "commune":
        return value.startswith("04.291.") and len(value) == 12
    if kind == "date":
        days = [date.fromisoformat(day) for day in value.split("/")]
        return len(days) in {1, 2} and days == sorted(days)
    if kind == "time":
        hours, separator, minutes = value.partition(":")
        exact = bool(separator) and len(value) == 5 and int(hours) < 24 and int(minutes) < 60
        return exact or value in {"morning", "afternoon", "evening"}
    if kind == "phone_number":
        return value.startswith("+") and value[1:].isdigit()
    if kind == "sector":
        return value in SECTORS
    return value in VARIETIES if kind == "language" else value.isdigit()


def test_what_is_trained_on_is_not_measured_with() -> None:
    examples = training_examples.load()
    kept = training_examples.unseen(MESSAGES, examples)
    trained = {training_examples.folded(example) for example in examples}
    both = [one.text for one in kept if training_examples.folded(one.text) in trained]
    assert [text for text in both if len(training_examples.folded(text).split()) > 2] == []


def test_few_messages_are_trained_on() -> None:
    """Short usual questions coincide by chance; more than a few would mean that the one was copied from the other."""
    kept = training_examples.unseen(MESSAGES, training_examples.load())
    assert len(MESSAGES) - len(kept) <= 0.04 * len(MESSAGES)


def test_spelling_does_not_hide_that_a_message_is_trained_on() -> None:
    messages = [_saying("C'est GRATUIT, oui ?!"), _saying("c'est cher, oui ?"), _saying("merci !")]
    kept = training_examples.unseen(messages, ["c'est gratuit oui", "merci"])
    assert [one.text for one in kept] == ["c'est cher, oui ?", "merci !"]


def _saying(text: str) -> Labelled:
    return Labelled(text=text, variety="fr", intent="ask_cost")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"text": "salam"}\n', encoding="utf-8")
    with pytest.raises(BrokenDevelopmentSet, match=r"one\.jsonl, line 1"):
        load(tmp_path)


def test_an_unknown_variety_is_refused(tmp_path: Path) -> None:
    line = '{"text": "hola", "variety": "es", "intent": "greet", "entities": []}\n'
    (tmp_path / "one.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(BrokenDevelopmentSet, match="es"):
        load(tmp_path)


def test_a_message_without_several_questions_asks_its_intent(tmp_path: Path) -> None:
    line = (
        '{"text": "ch7al", "variety": "ary-Latn", "intent": "ask_cost", "entities": [], "tags": ["mixed"]}\n'
    )
    (tmp_path / "one.jsonl").write_text(line, encoding="utf-8")
    (message,) = load(tmp_path)
    assert message.intents == ("ask_cost",)
    assert not message.asks_several
    assert message.section == MIXED
