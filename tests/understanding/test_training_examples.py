"""What the assistant learns from: enough of it, balanced, without contradictions, and no names filled into templates."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.core.entities import extract
from bot.evaluation.development_set import VARIETIES
from bot.evaluation.training_examples import FOLDER, folded
from bot.gazetteer import Gazetteer

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Africa/Casablanca"))
# What channels and buttons send, not people.
NOT_TYPED = {"nlu_fallback", "share_location", "send_media", "answer_change"}
AT_LEAST = 60
SAME_BUT_FOR_A_NAME = 0.03
HEAVIEST_TO_LIGHTEST_VARIETY = 1.5


@dataclass(frozen=True, kw_only=True)
class Line:
    text: str
    intent: str
    variety: str


def lines() -> list[Line]:
    found = []
    for path in sorted(FOLDER.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                variety = str((block.get("metadata") or {}).get("variety") or "")
                texts = [line.removeprefix("- ") for line in str(block["examples"]).splitlines()]
                found += [Line(text=text, intent=block["intent"], variety=variety) for text in texts]
    return found


LINES = lines()


def typed_intents() -> set[str]:
    domain = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
    names = {next(iter(one)) if isinstance(one, dict) else one for one in domain["intents"]}
    return names - NOT_TYPED


def test_every_example_names_its_variety() -> None:
    assert {line.variety for line in LINES} == set(VARIETIES)


@pytest.mark.parametrize("variety", VARIETIES)
def test_every_intent_has_enough_examples_in_every_variety(variety: str) -> None:
    counted = Counter(line.intent for line in LINES if line.variety == variety)
    assert {intent: counted[intent] for intent in typed_intents() if counted[intent] < AT_LEAST} == {}


def test_there_are_enough_examples_in_all() -> None:
    assert len({line.text for line in LINES}) >= 10_000
    assert sum(line.intent == "out_of_scope" for line in LINES) >= 600


def test_no_example_means_two_things() -> None:
    """Single letters aside: "a+" is a farewell, "a" is nothing."""
    meanings = defaultdict(set)
    for line in LINES:
        meanings[folded(line.text)].add(line.intent)
    assert {text: intents for text, intents in meanings.items() if len(text) > 1 and len(intents) > 1} == {}


def test_varieties_are_in_balance() -> None:
    counted = Counter(line.variety for line in LINES)
    assert max(counted.values()) <= HEAVIEST_TO_LIGHTEST_VARIETY * min(counted.values())


def alike_but_for_few_words(texts: list[str]) -> set[str]:
    """The texts that are the same as another one but for one to three words in one place: what is worth a closer look."""
    gaps: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for text in texts:
        words = folded(text).split()
        for length in range(1, 4):
            for start in range(len(words) - length + 1):
                gaps[(*words[:start], "*", *words[start + length :])].append(text)
    return {text for gap, alike in gaps.items() if len(gap) > 2 and len(alike) > 1 for text in alike}


def test_few_examples_differ_only_in_a_name() -> None:
    gazetteer = Gazetteer.load("04.291")
    texts = sorted({line.text for line in LINES})
    templates: dict[str, list[str]] = defaultdict(list)
    for text in sorted(alike_but_for_few_words(texts)):
        template = text
        for entity in reversed(extract(text, NOW, gazetteer)):
            if entity.kind in {"commune", "outside_place", "date", "time", "phone_number"}:
                template = f"{template[: entity.start]}{entity.kind}{template[entity.end :]}"
        # A value alone ("Tiflet", "demain") is all there is to say; it is no template.
        if len(folded(template).split()) > 2:
            templates[folded(template)].append(text)
    filled = [text for alike in templates.values() if len(alike) > 1 for text in alike[1:]]
    print(f"{len(filled)} of {len(texts)} examples ({len(filled) / len(texts):.1%}) differ only in a name")
    assert len(filled) <= SAME_BUT_FOR_A_NAME * len(texts), sorted(filled)[:50]
