"""What people say around an appointment, in each variety."""

from __future__ import annotations

import pytest

from bot.core.booking_replies import change, names_in, request, wants_another_name, wish, with_another


@pytest.mark.parametrize(
    "said",
    [
        "le lendemain",
        "plutôt le jour d'après",
        "nhar li mn b3d",
        "bghit nhar li b3do",
        "نهار لي من بعد",
        "في اليوم التالي",
        "اليوم الموالي",
    ],
)
def test_a_later_day(said: str) -> None:
    assert wish(said) == "later_day"


@pytest.mark.parametrize(
    "said",
    [
        "un autre endroit",
        "une autre place",
        "ailleurs",
        "blassa khra",
        "chi ma7etta khra",
        "بلاصة أخرى",
        "محطة خرى",
        "مكان آخر",
    ],
)
def test_another_stop(said: str) -> None:
    assert wish(said) == "other_stop"


@pytest.mark.parametrize(
    "said", ["demain", "10:30", "Tiflet", "ce jour", "ghedda", "غدا", "la même place", "oui"]
)
def test_neither(said: str) -> None:
    assert wish(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "je veux un rendez-vous avec ma sœur à Tiflet",
        "ma sœur et moi",
        "un rdv pour deux personnes",
        "bghit rdv m3a khti",
        "ana w khouya bghina rdv",
        "rdv l jouj d nas",
        "بغيت موعد ليا و لختي",
        "بغيت موعد مع خويا",
        "أريد موعدا أنا وأختي",
        "موعد لشخصين",
        "بغيت موعد مع خيتي",
        "bghit nji m3a wldi",
    ],
)
def test_somebody_comes_along(said: str) -> None:
    assert with_another(said)


@pytest.mark.parametrize(
    "said",
    [
        "je veux un rendez-vous pour ma sœur",
        "bghit rdv l khti",
        "بغيت موعد لختي",
        "rdv tiflet",
        "je veux un rdv à 2",
        "rdv m3a 10",
    ],
)
def test_one_person_alone(said: str) -> None:
    assert not with_another(said)


@pytest.mark.parametrize(
    ("typed", "together", "names"),
    [
        ("Amina et Leila", False, ("Amina", "Leila")),
        ("Salma w Khadija Alaoui", False, ("Salma", "Khadija Alaoui")),
        ("سلمى و خديجة", False, ("سلمى", "خديجة")),
        ("فاطمة الزهراء وسعاد", True, ("فاطمة الزهراء", "سعاد")),
        ("Sara, Leila", False, ("Sara", "Leila")),
        ("فاطمة وفاء", True, ("فاطمة وفاء",)),
        ("فاطمة وسعاد", False, ("فاطمة وسعاد",)),
        ("Salma Owati", True, ("Salma Owati",)),
        ("Ali w", True, ("Ali w",)),
    ],
)
def test_names_of_one_or_two(typed: str, together: bool, names: tuple[str, ...]) -> None:
    assert names_in(typed, together=together) == names


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("mon code", "code"),
        ("c'est quoi mon code", "code"),
        ("chno howa lcode dyali", "code"),
        ("كود ديالي", "code"),
        ("ما هو رمز موعدي", "code"),
        ("ajoute au calendrier", "ics"),
        ("mets-le dans mon agenda", "ics"),
        ("zidha f calendrier", "ics"),
        ("زيدو ف الكالوندري", "ics"),
        ("أريد ملف التقويم", "ics"),
        ("le lieu sur la carte svp", "pin"),
        ("envoie la localisation", "pin"),
        ("sift liya location", "pin"),
        ("صيفطي ليا اللوكاليزاسيون", "pin"),
        ("أين المكان على الخريطة", "pin"),
    ],
)
def test_what_goes_with_an_appointment(said: str, what: str) -> None:
    assert request(said) == what


@pytest.mark.parametrize(
    "said",
    [
        "carte nationale",
        "le calendrier de la caravane",
        "code postal 15000",
        "fin jat tiflet",
        "ma carte d'identité",
        "",
    ],
)
def test_what_asks_for_something_else(said: str) -> None:
    assert request(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "un autre jour",
        "non, pas ce jour",
        "je ne peux pas venir ce jour là",
        "nhar akhor",
        "ma n9derch had nhar",
        "نهار آخر",
        "ما نقدرش نجي هاد النهار",
        "لا أستطيع الحضور في ذلك اليوم",
        "makan9derch nji dak nhar",
        "kan khdem dak nhar",
        "je travaille ce jour-là",
        "je ne suis pas libre ce jour-là",
        "ما كنقدرش نجي داك النهار",
        "عندي الخدمة داك النهار",
    ],
)
def test_another_day(said: str) -> None:
    assert wish(said) == "other_day"


@pytest.mark.parametrize(
    "said",
    [
        "wach khdamin had nhar",
        "واش خدامين هاد النهار",
        "khdamin had nhar?",
        "est-ce que vous êtes pris ce jour",
    ],
)
def test_whether_we_work_that_day_is_no_wish_for_another(said: str) -> None:
    assert wish(said) is None


def test_another_day_may_be_asked_for() -> None:
    assert wish("wach kayn chi nhar akhor?") == "other_day"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("smiya", "name"),
        ("السمية", "name"),
        ("le nom", "name"),
        ("الاسم", "name"),
        ("l'heure", "time"),
        ("sa3a", "time"),
        ("الساعة", "time"),
        ("la commune", "place"),
        ("lma7etta", "stop"),
        ("smiya dyali hiya Sara", None),
        ("oui", None),
    ],
)
def test_what_is_wrong_with_an_appointment(said: str, what: str | None) -> None:
    assert change(said) == what


@pytest.mark.parametrize(
    "said",
    [
        "smiya ghalta",
        "bghit nbeddel smiya",
        "ghlt f smiyti",
        "smiti machi Sara, smiti Salma",
        "corriger le nom svp",
        "mon nom est mal écrit",
        "changer le nom du rendez-vous",
        "السمية غالطة",
        "بغيت نبدل السمية",
        "أريد تغيير الاسم",
    ],
)
def test_a_name_that_is_wrong(said: str) -> None:
    assert wants_another_name(said)


@pytest.mark.parametrize(
    "said",
    [
        "bghit nbeddel rdv b smiyt Sara",
        "smiti Sara",
        "changer mon rdv au nom de Sara",
        "c'est quoi le nom du programme",
        "بغيت نبدل الموعد ديالي سميتي علي",
        "بدل ليا الموعد باسم كريم",
    ],
)
def test_a_name_that_only_says_whose_it_is(said: str) -> None:
    assert not wants_another_name(said)
