"""What goes to a person by its words alone, and what only sounds like it."""

from __future__ import annotations

import pytest
import yaml

from bot.core.concerns import concern_of
from bot.core.handoff_rules import Reason
from tests.core.test_texts import PROJECT

CASES = yaml.safe_load((PROJECT / "tests" / "core" / "concerns.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason in Reason for text in CASES.get(reason.value, ())]
)
def test_it_is_seen(reason: Reason, text: str) -> None:
    assert concern_of(text) is reason


@pytest.mark.parametrize("text", CASES["none"])
def test_it_is_no_alarm(text: str) -> None:
    assert concern_of(text) is None


def test_danger_counts_before_money() -> None:
    assert concern_of("on m'a demandé de payer et mon mari me frappe") is Reason.VIOLENCE
