"""Answers in people's own words to the news that their appointment has changed."""

from __future__ import annotations

import pytest

from bot.core.plan_replies import meant

KEEP = [
    "nkhelliha",
    "wakha nkhelliha",
    "Wakha!",
    "n5elliha",
    "iyeh mzyan",
    "ok",
    "safi wakha",
    "واخا",
    "واخا نخليها",
    "اه مزيان",
    "نعم، يناسبني",
    "حسنا",
    "oui",
    "d'accord",
    "oui ça me va",
    "je garde",
    "très bien merci",
]
OTHER = [
    "bghit nhar akhor",
    "bghit wa9t akhor",
    "nbeddel",
    "sa3a khra 3afak",
    "wakha walakin nhar akhor",
    "بغيت نهار آخر",
    "وقت آخر",
    "نبدل الموعد",
    "أريد موعدا آخر",
    "يوم آخر",
    "un autre jour",
    "je voudrais une autre heure",
    "je préfère changer",
]
GIVE_UP = [
    "ma bghitch",
    "mabghitch",
    "ma b9itch baghi",
    "nlghi rdv",
    "lghih",
    "ma ghadich nji",
    "ما بغيتش",
    "مابغيتش",
    "ما باغيش",
    "نلغيه",
    "لا أريد",
    "ألغِ الموعد",
    "annuler",
    "je renonce",
    "je ne veux plus",
]
NEITHER = [
    "fin kayna lblassa?",
    "واش خاصني شي وراق؟",
    "bonjour",
    "chokran",
    "quels papiers faut-il apporter",
    "",
    "👍",
    "salam bghit n3ref chno khassni njib m3aya nhar rdv dyali",
    "c'est loin ?",
]


@pytest.mark.parametrize("text", KEEP)
def test_keeping(text: str) -> None:
    assert meant(text) == "keep"


@pytest.mark.parametrize("text", OTHER)
def test_another_time(text: str) -> None:
    assert meant(text) == "other"


@pytest.mark.parametrize("text", GIVE_UP)
def test_giving_up(text: str) -> None:
    assert meant(text) == "give_up"


@pytest.mark.parametrize("text", ["la", "Non", "لا", "lla"])
def test_a_bare_no_leaves_open_what_instead(text: str) -> None:
    assert meant(text) == "no"


@pytest.mark.parametrize("text", NEITHER)
def test_anything_else_is_left_to_the_assistant(text: str) -> None:
    assert meant(text) is None
