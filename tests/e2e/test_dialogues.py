"""Conversations as files, in each variety and mixed, from the first message to the fired reminder.

They share one product and its clock, which only moves forward: files that move it come last, by name, each to a later stop.
Before each one all places are free.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.console import Console
from tests.e2e.product import Product
from tests.e2e.script import Dialogue, Script
from tests.e2e.vacate import vacate

DIALOGUES = sorted((Path(__file__).parent.parent / "dialogues").glob("*.yml"))
VARIETIES = {"ary-Arab", "ary-Latn", "ar", "fr"}


def test_each_variety_has_a_visit_with_reminders() -> None:
    visits = [Dialogue.read(path) for path in DIALOGUES if "visit" in path.stem]
    with_reminders = [visit for visit in visits if any("clock" in step for step in visit.steps)]
    assert {
        step["language"] for visit in with_reminders for step in visit.steps if "language" in step
    } >= VARIETIES


def test_nobody_takes_part_in_two_dialogues() -> None:
    phones = [person["phone"] for path in DIALOGUES for person in Dialogue.read(path).people.values()]
    assert len(set(phones)) == len(phones) >= 14


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(product: Product, console: Console, path: Path) -> None:
    vacate(product)
    Script(product, console, Dialogue.read(path)).play()
