"""The words by which people end messages, or want them again."""

from __future__ import annotations

import pytest

from bot.core.consent_rules import Wish, WishKind, wish_of

STOPS = [
    ("STOP", None),
    ("stop svp", None),
    ("Stop !!!", None),
    ("STOOOP", None),
    ("توقف", "ar"),
    ("أوقفوا الرسائل من فضلكم", "ar"),
    ("حبس", "ary-Arab"),
    ("ما بقيتش", "ary-Arab"),
    ("صافي باراكا", "ary-Arab"),
    ("arrêt", "fr"),
    ("ARRET", "fr"),
    ("Arrêtez de m’écrire, merci", "fr"),
    ("ma b9itch", "ary-Latn"),
    ("mab9itch baghi", "ary-Latn"),
    ("baraka", "ary-Latn"),
    ("7bso les messages 3afak", "ary-Latn"),
]


@pytest.mark.parametrize(("text", "variety"), STOPS)
def test_words_that_end_messages(text: str, variety: str | None) -> None:
    assert wish_of(text) == Wish(WishKind.STOP, variety)


@pytest.mark.parametrize("text", ["START", "reprendre les messages", "رجعو الميساجات", "rj3o les messages"])
def test_words_that_want_them_again(text: str) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert wish.kind is WishKind.RESUME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "merci",
        "salam",
        "/start",
        "baraka llaho fik",
        "بارك الله فيك",
        "fin kayn l'arrêt dyal tobis",
        "où est l'arrêt du bus",
        "bghit nlghi rdv",
        "حبس عليا الكريدي واش نقدر نجي",
        "Stopha Baraka",
        "ma b9itch 3aref fin ghadi tkoun l9afila",
    ],
)
def test_words_that_say_something_else(text: str) -> None:
    assert wish_of(text) is None
