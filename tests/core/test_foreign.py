from __future__ import annotations

import pytest

from bot.core.foreign import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello, what is this caravan about?", "english"),
        ("how can I book an appointment please", "english"),
        ("hola, quiero una cita para mañana", "spanish"),
        ("¿cuánto cuesta?", "spanish"),
        ("ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "amazigh"),
        ("azul, manik ad awi tawuri", "amazigh"),
    ],
)
def test_a_language_that_is_not_spoken(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "wach kayn chi formation f Tiflet",
        "c'est gratuit ou pas ?",
        "bghit rdv ghda f sbah",
        "شنو كاين فالقافلة",
        "qui a gagné la coupe du monde ?",
        "azertyuiop qsdfgh",
        "ok",
        "",
        "!?",
    ],
)
def test_none_of_these(text: str) -> None:
    assert language_of(text) is None
