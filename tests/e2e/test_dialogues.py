"""Conversations as files, in each variety and mixed, from the first message to the fired reminder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.console import Console
from tests.e2e.product import Product
from tests.e2e.script import Script

DIALOGUES = sorted((Path(__file__).parent.parent / "dialogues").glob("*.yml"))


def test_there_are_dialogues() -> None:
    assert len(DIALOGUES) >= 8


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_dialogue(product: Product, console: Console, path: Path) -> None:
    Script(product, console, path).play()
