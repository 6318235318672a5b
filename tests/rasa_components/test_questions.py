from __future__ import annotations

import numpy as np
import pytest

from bot.rasa_components.clauses import split
from bot.rasa_components.questions import Guess, asks, choose, readings

INTENTS = (
    "ask_cost",
    "ask_dates",
    "ask_documents",
    "book_slot",
    "submit_idea",
    "ask_project_support",
    "thank",
    "out_of_scope",
)
FLOOR = 0.4


def chosen(text: str, meant: list[tuple[str, float]], **in_all: float) -> list[tuple[str, float]]:
    clauses = split(text)
    rows = np.zeros((len(clauses), len(INTENTS)), dtype=np.float32)
    for row, (intent, sure) in zip(rows, meant, strict=True):
        row[INTENTS.index(intent)] = sure
    ranking = [Guess(intent=intent, confidence=sure) for intent, sure in in_all.items()]
    found = choose(readings(INTENTS, clauses, rows), ranking, FLOOR)
    return [(one.guess.intent, round(one.guess.confidence, 2)) for one in found]


def test_questions_count_in_the_order_they_are_asked_and_are_as_sure_as_the_least_sure() -> None:
    assert chosen("wach fabor w imta katsali", [("ask_cost", 0.8), ("ask_dates", 0.95)]) == [
        ("ask_cost", 0.8),
        ("ask_dates", 0.8),
    ]


THREE = "wach fabor w fin jaya semana jaya w chno khasni njib"


def test_a_third_question_counts_though_it_is_less_clear_by_itself() -> None:
    meant = [("ask_cost", 0.9), ("ask_dates", 0.5), ("ask_documents", 0.95)]
    assert chosen(THREE, meant) == [("ask_cost", 0.9), ("ask_dates", 0.9), ("ask_documents", 0.9)]
    # A value that is given, and a task, are no questions.
    assert len(chosen("wach fabor w tiflet w chno khasni njib", meant)) == 2
    assert len(chosen(THREE, [meant[0], ("book_slot", 0.5), meant[2]])) == 2
    # Nor is anything that is asked beside one question.
    assert chosen("wach fabor w fin jaya semana jaya", meant[:2]) == []


def test_what_is_to_be_done_is_the_main_thing() -> None:
    found = chosen("wach fabor? ila ah 9iyedni", [("ask_cost", 0.9), ("book_slot", 0.85)])
    assert [intent for intent, _ in found] == ["book_slot", "ask_cost"]


def test_a_story_is_no_question_beside_one() -> None:
    text = "3ndi fikra, chkoun ywjehni"
    meant = [("submit_idea", 0.99), ("ask_project_support", 0.9)]
    assert chosen(text, meant, submit_idea=0.2, ask_project_support=0.8) == []


def test_a_clause_without_the_words_of_a_question_needs_more() -> None:
    text = "wach fabor, l9afila dyalkom"
    assert chosen(text, [("ask_cost", 0.9), ("ask_dates", 0.7)], ask_dates=0.05) == []
    assert len(chosen(text, [("ask_cost", 0.9), ("ask_dates", 0.7)], ask_dates=0.4)) == 2
    assert len(chosen(text, [("ask_cost", 0.9), ("ask_dates", 0.95)], ask_dates=0.0)) == 2


def test_a_story_that_counts_comes_after_the_question() -> None:
    meant = [("submit_idea", 0.95), ("ask_cost", 0.9)]
    found = chosen("3ndi fikra, wach fabor", meant, ask_cost=0.5, submit_idea=0.4)
    assert [intent for intent, _ in found] == ["ask_cost", "submit_idea"]


def test_the_same_words_in_another_matter_are_no_questions() -> None:
    text, meant = "passeport, ch7al? imta?", [("thank", 0.5), ("ask_cost", 0.9), ("ask_dates", 0.9)]
    assert chosen(text, meant, out_of_scope=0.9, ask_cost=0.05) == []
    assert len(chosen(text, meant, out_of_scope=0.6, ask_cost=0.2, ask_dates=0.15)) == 2


def test_courtesies_and_the_same_question_twice_make_no_second_one() -> None:
    assert chosen("wach fabor? chokran", [("ask_cost", 0.9), ("thank", 0.99)]) == []
    assert chosen("wach fabor? bch7al?", [("ask_cost", 0.9), ("ask_cost", 0.99)]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tiflet?", True),
        ("imta tiflet", True),
        ("تيفلت امتا", True),
        ("la date, Tiflet", True),
        ("ana mn tiflet", False),
        ("ساكن ف تيفلت", False),
        ("j'habite à Tiflet", False),
    ],
)
def test_what_asks(text: str, expected: bool) -> None:
    assert asks(text) is expected
