from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from bot.rasa_components.calibration import Calibration
from bot.rasa_components.intent_model import IntentModel
from bot.rasa_components.understanding import Understanding, understand

INTENTS = ("greet", "ask_cost", "ask_stop_date", "out_of_scope", "inform")


class KnownModel:
    """Answers with the probabilities that a test lays down; whatever is not laid down is equally likely to
    mean anything."""

    intents = INTENTS
    clause_floor = 0.6

    def __init__(self, known: dict[str, tuple[float, ...]]) -> None:
        self._known = known

    def probabilities(self, texts: Sequence[str], variety: str) -> np.ndarray:
        rows = [self._known.get(text.strip(), (0.25, 0.25, 0.25, 0.25)) for text in texts]
        return np.array([(*row, *[0.0] * (len(INTENTS) - len(row))) for row in rows])

    def calibration(self, variety: str) -> Calibration:
        return Calibration(sharpness=1.0, floor=0.4, refused_rightly=0.7)


def run(text: str, **known: tuple[float, ...]) -> Understanding:
    laid_down = {name.replace("_", " "): row for name, row in known.items()}
    return understand(cast(IntentModel, KnownModel(laid_down)), text, [], "ary-Latn")


def names(understood: Understanding) -> list[str]:
    return [question.guess.intent for question in understood.questions]


def test_the_likeliest_intent() -> None:
    understood = run("wach fabor", wach_fabor=(0.0, 0.9, 0.1, 0.0))
    assert (understood.best.intent, understood.best.confidence) == ("ask_cost", 0.9)
    assert names(understood) == ["ask_cost"]


def test_an_unsure_guess_is_out_of_scope_but_stays_in_the_ranking() -> None:
    understood = run("wach fabor", wach_fabor=(0.1, 0.35, 0.3, 0.25))
    assert understood.best.intent == "out_of_scope"
    assert understood.best.confidence == 0.7
    assert [guess.intent for guess in understood.ranking[:2]] == ["ask_cost", "ask_stop_date"]
    assert understood.questions == ()


def test_a_question_counts_for_more_than_the_greeting_before_it() -> None:
    text = "salam, wach fabor"
    understood = understand(
        cast(
            IntentModel,
            KnownModel({text: (0.8, 0.2, 0, 0), "salam": (1, 0, 0, 0), "wach fabor": (0, 0.9, 0.1, 0)}),
        ),
        text,
        [],
        "fr",
    )
    assert understood.best.intent == "ask_cost"


def test_several_questions_in_order_with_their_places() -> None:
    text = "wach fabor w fin jaya?"
    known = {
        "wach fabor": (0.0, 0.7, 0.3, 0.0),
        "fin jaya": (0.0, 0.0, 0.95, 0.05),
        text: (0.0, 0.5, 0.5, 0.0),
    }
    understood = understand(cast(IntentModel, KnownModel(known)), text, [], "ary-Latn")
    assert names(understood) == ["ask_cost", "ask_stop_date"]
    assert (understood.best.intent, understood.best.confidence) == ("ask_cost", 0.7)
    assert [text[question.start : question.end].strip() for question in understood.questions] == [
        "wach fabor",
        "fin jaya",
    ]


def test_unsure_clauses_are_no_questions() -> None:
    text = "wach fabor w fin jaya?"
    known = {
        "wach fabor": (0.0, 0.7, 0.3, 0.0),
        "fin jaya": (0.3, 0.0, 0.5, 0.2),
        text: (0.0, 0.8, 0.2, 0.0),
    }
    understood = understand(cast(IntentModel, KnownModel(known)), text, [], "ary-Latn")
    assert names(understood) == ["ask_cost"]


def test_a_message_that_asks_does_not_just_give_a_value() -> None:
    model = cast(IntentModel, KnownModel({"tiflet imta": (0.0, 0.1, 0.3, 0.0, 0.6)}))
    place = [{"entity": "commune", "start": 0, "end": 6}]
    asked = understand(model, "Oulmes imta", place, "ary-Latn")
    assert (asked.best.intent, round(asked.best.confidence, 2)) == ("ask_stop_date", 0.75)


@pytest.mark.parametrize(("in_all", "expected"), [(0.02, "out_of_scope"), (0.3, "ask_cost")])
def test_a_clear_clause_counts_in_a_strange_message_only_within_reach(in_all: float, expected: str) -> None:
    known = {"tajine, ch7al": (0.0, in_all, 0.0, 1 - in_all), "ch7al": (0.0, 0.95, 0.0, 0.05)}
    understood = understand(cast(IntentModel, KnownModel(known)), "tajine, ch7al", [], "ary-Latn")
    assert understood.best.intent == expected


def test_values_alone_need_no_model() -> None:
    understood = understand(
        cast(IntentModel, KnownModel({})), "Tiflet", [{"entity": "commune", "start": 0, "end": 6}], "fr"
    )
    assert understood.best.intent == "inform"
    assert understood.best.confidence > 0.9


@pytest.mark.parametrize("text", ["", "   ", "…"])
def test_nothing_is_out_of_scope(text: str) -> None:
    assert run(text).best.intent == "out_of_scope"
