from __future__ import annotations

import pytest

from bot.core.patience import asks_to_wait, has_only_begun


@pytest.mark.parametrize(
    "said",
    [
        "sbr chwiya",
        "صبر شوية",
        "attends",
        "une minute svp",
        "blati 3liya",
        "صبري شوية",
        "واحد الدقيقة",
        "لحظة من فضلك",
    ],
)
def test_a_moment_is_asked_for(said: str) -> None:
    assert asks_to_wait(said)


@pytest.mark.parametrize(
    "said", ["", "Sabri", "صبري", "attends-moi à Tiflet", "ch7al kantsenna", "10 minutes de marche", "merci"]
)
def test_something_else_is_said(said: str) -> None:
    assert not asks_to_wait(said)


@pytest.mark.parametrize("said", ["bghit", "khouya bghit n3ref", "je voudrais savoir", "عافاك بغيت نسول"])
def test_it_has_only_begun(said: str) -> None:
    assert has_only_begun(said)


@pytest.mark.parametrize("said", ["", "bghit rdv", "j'ai une question ?", "Sara"])
def test_all_is_said(said: str) -> None:
    assert not has_only_begun(said)
