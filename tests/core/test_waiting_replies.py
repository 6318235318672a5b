from __future__ import annotations

import pytest

from bot.core.waiting_replies import goes_on


@pytest.mark.parametrize(
    "text",
    [
        "menu",
        "Menu svp",
        "retour au menu",
        "القائمة",
        "رجع للقائمة",
        "الرجوع",
        "0",
        "٠",
        "rje3 l lmosa3id",
        "بغيت نكمل معاك",
        "je veux continuer avec l'assistant",
    ],
)
def test_words_that_ask_for_the_assistant(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "salam",
        "je veux continuer mes études",
        "le menu de la formation",
        "bghit nkemmel 9rayti",
        "1",
        "بغيت نرجع نقرا",
    ],
)
def test_words_that_are_for_the_coach(text: str) -> None:
    assert not goes_on(text)
