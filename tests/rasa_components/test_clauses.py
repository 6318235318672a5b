from __future__ import annotations

import pytest

from bot.rasa_components.clauses import split


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("slm, wach fabor w fin jaya semana jaya?", ["slm", "wach fabor", "fin jaya semana jaya?"]),
        ("slm wach fabor wfin jaya", ["slm wach fabor", "fin jaya"]),
        ("شنو خاصني نجيب معايا وفين غادي تكون القافلة؟", ["شنو خاصني نجيب معايا", "فين غادي تكون القافلة؟"]),
        (
            "bonjour, c'est gratuit ? et quels documents faut-il ?",
            ["bonjour", "c'est gratuit ?", "quels documents faut-il ?"],
        ),
        ("c'est gratuit et comment je viens", ["c'est gratuit", "comment je viens"]),
        ("متى تأتي القافلة وهل هي مجانية", ["متى تأتي القافلة", "هل هي مجانية"]),
        ("bghit nakhod rdv f oulmes", ["bghit nakhod rdv f oulmes"]),
        ("واش عندكم وثائق ولا لا", ["واش عندكم وثائق ولا لا"]),
        ("فين كاينين وواش فابور", ["فين كاينين", "واش فابور"]),
        ("وثائق", ["وثائق"]),
        ("👍 ...", []),
        ("", []),
    ],
)
def test_clauses(message: str, expected: list[str]) -> None:
    assert [clause.text for clause in split(message)] == expected


def test_ranges_point_at_the_message() -> None:
    message = "slm, wach fabor w fin jaya?"
    assert [message[clause.start : clause.end].strip() for clause in split(message)] == [
        "slm",
        "wach fabor",
        "fin jaya",
    ]


def test_endless_messages_are_cut() -> None:
    assert len(split("a? " * 500)) == 8
