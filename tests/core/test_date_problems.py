"""Days that no calendar has."""

from __future__ import annotations

import pytest

from bot.core.date_problems import no_such_day


@pytest.mark.parametrize(
    "said",
    [
        "31 février",
        "le 31 de février",
        "nhar 31 fbrayer",
        "31 dyal fbrayer",
        "31 نونبر",
        "يوم 30 فبراير",
        "31/02",
        "32/1",
        "45/12",
    ],
)
def test_no_month_has_it(said: str) -> None:
    assert no_such_day(said)


@pytest.mark.parametrize(
    "said",
    [
        "29 février",
        "12/3",
        "3/12",
        "31/12",
        "31 دجنبر",
        "14/12/2026",
        "10:30",
        "3 mars",
        "à 15h",
        "",
        "06 12 34 56 78",
        "1 w 2",
    ],
)
def test_it_is_a_day_or_none_at_all(said: str) -> None:
    assert not no_such_day(said)
