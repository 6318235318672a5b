"""Which passwords are too easy to guess."""

from __future__ import annotations

import pytest

from bot.core.password_rules import Weakness, weakness


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "Password123!",
        "p@ssw0rd2026",
        "MotDePasse1",
        "mot-de-passe",
        "azertyuiop",
        "AzertyAzerty",
        "caravane2026",
        "Ana-M3ak-2026",
        "khemisset123",
        "bismillah1447",
        "Organisateur1",
        "Sécurité2026!",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert weakness(password) is Weakness.COMMON


@pytest.mark.parametrize(
    "password", ["chèvre lune tracteur", "un-mot-de-passe", "aaa-4f2c-9d1e", "قنطرة زيتون سحاب", "Zr7!kq9Lmw"]
)
def test_others_are_taken(password: str) -> None:
    assert weakness(password) is None


def test_length_has_limits() -> None:
    assert weakness("chevre-lu") is Weakness.SHORT
    assert weakness("chevre-lun") is None
    assert weakness("chevre" * 200) is Weakness.LONG


@pytest.mark.parametrize("password", ["salmaberrada", "Salma.Berrada1", "salma.berrada"])
def test_ones_own_name_is_refused(password: str) -> None:
    assert weakness(password, about=("salma.berrada", "Salma Berrada")) is Weakness.PERSONAL


def test_a_name_within_more_is_taken() -> None:
    assert weakness("salma aime les olives", about=("salma", "Salma")) is None
