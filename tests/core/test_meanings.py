from __future__ import annotations

from pathlib import Path

import yaml

from bot.core.meanings import ASKABLE, COURTESIES, LEAST_LIKELY, MOST, likely

RANKING = [("out_of_scope", 0.4), ("ask_cost", 0.2), ("thank", 0.15), ("book_slot", 0.1), ("ask_jobs", 0.06)]


def test_the_likeliest_that_can_be_asked_for_in_order() -> None:
    assert likely(RANKING) == ("ask_cost", "book_slot", "ask_jobs")


def test_not_what_is_being_done_already() -> None:
    assert likely(RANKING, besides="book_slot") == ("ask_cost", "ask_jobs")


def test_nothing_unlikely_and_not_too_many() -> None:
    assert likely([("ask_cost", LEAST_LIKELY / 2)]) == ()
    assert len(likely([(name, 0.2) for name in sorted(ASKABLE)])) == MOST


def test_all_are_intents_of_the_assistant() -> None:
    domain = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["intents"]) >= ASKABLE | COURTESIES
    assert ASKABLE.isdisjoint(COURTESIES)
