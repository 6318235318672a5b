"""What is said beside a question."""

from __future__ import annotations

import pytest

from bot.core.asides import asks_where, cannot_write, is_abuse


@pytest.mark.parametrize(
    "said",
    ["ma kan3rfch nkteb", "makan3rafch n9ra", "je sais pas écrire", "ما كنعرفش نكتب", "لا أعرف الكتابة"],
)
def test_writing_is_hard(said: str) -> None:
    assert cannot_write(said)


@pytest.mark.parametrize(
    "said",
    ["", "ma kan3rfch fin jat", "je sais pas où c'est", "bghit nkteb fikra dyali", "ما كنعرفش فين جات"],
)
def test_writing_is_not_spoken_of(said: str) -> None:
    assert not cannot_write(said)


@pytest.mark.parametrize(
    "said",
    [
        "fin katkoun l9afila",
        "fayn ghadi tkoun",
        "elle passe où ?",
        "où est la caravane",
        "فين كاتكون القافلة",
    ],
)
def test_a_place_is_asked_for(said: str) -> None:
    assert asks_where(said)


@pytest.mark.parametrize(
    "said", ["la date de fin", "début et fin de la caravane", "imta ghadi tsali", "samedi ou dimanche"]
)
def test_no_place_is_asked_for(said: str) -> None:
    assert not asks_where(said)


@pytest.mark.parametrize(
    "said", ["fils de pute", "nik mok", "ta gueule sale robot", "wa jawb a l7mar", "يا كلب"]
)
def test_abuse(said: str) -> None:
    assert is_abuse(said)


@pytest.mark.parametrize(
    "said", ["", "bghit nrbi lklab", "بغيت نربي الحمير", "vous êtes en retard", "3ndi zemmour"]
)
def test_no_abuse(said: str) -> None:
    assert not is_abuse(said)
