"""What the example caravan tells people: in every variety, what is known about it and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from bot.core.locales import Variety
from bot.gazetteer import Gazetteer
from bot.services.caravan_files import CaravanFile, read
from bot.services.caravan_reading import ANSWERED_INTENTS, LONGEST_ANSWER

VARIETIES = [variety.value for variety in Variety]
ALL_ANSWERS = [(intent, variety) for intent in ANSWERED_INTENTS for variety in VARIETIES]

# 29 November 2021, Friday 3 December 2021, 4 January 2022: the only numbers that are known.
KNOWN_NUMBERS = {"3", "4", "29", "2021", "2022"}

ASKS_A_COACH = {"ary-Arab": "«مستشار»", "ary-Latn": "« mostachar »", "ar": "«مستشار»", "fr": "« conseiller »"}
ADMITS = {
    "ary-Arab": r"ماعنديش",
    "ary-Latn": r"ma3ndich",
    "ar": r"لا أعرف|لا أتوفر",
    "fr": r"je ne (la |les |le )?(connais|sais) pas|je n'en connais pas|je n'ai ici ni",
}

FREE = {"ary-Arab": "فابور", "ary-Latn": "fabor", "ar": "مجاني", "fr": "gratuite"}
CREDIT_AGRICOLE = dict.fromkeys(VARIETIES, "Crédit Agricole")
ANAPEC = dict.fromkeys(VARIETIES, "ANAPEC")
ILO = {
    "ary-Arab": "المكتب الدولي للعمل",
    "ary-Latn": "lmaktab dawli dyal l3amal",
    "ar": "المكتب الدولي للعمل",
    "fr": "Bureau international du travail",
}
CHAMBER = {
    "ary-Arab": "غرفة الصناعة والتجارة",
    "ary-Latn": "lghorfa",
    "ar": "غرفة الصناعة والتجارة",
    "fr": "chambre d'industrie",
}
GOVERNOR = {"ary-Arab": "عامل", "ary-Latn": "l3amil", "ar": "عامل", "fr": "gouverneur"}
FIRST_DAY = {
    "ary-Arab": "29 نونبر 2021",
    "ary-Latn": "29 novembre 2021",
    "ar": "29 نونبر 2021",
    "fr": "29 novembre 2021",
}
LAST_DAY = {
    "ary-Arab": "4 يناير 2022",
    "ary-Latn": "4 janvier 2022",
    "ar": "4 يناير 2022",
    "fr": "4 janvier 2022",
}
LAUNCH = {
    "ary-Arab": "الجمعة 3 دجنبر 2021",
    "ary-Latn": "jjem3a 3 décembre 2021",
    "ar": "الجمعة 3 دجنبر 2021",
    "fr": "vendredi 3 décembre 2021",
}
SLOGAN = {
    "ary-Arab": "أنا جيت أنا معك",
    "ary-Latn": "ana jit, ana m3ak",
    "ar": "أنا جيت أنا معك",
    "fr": "Ana jit, ana m3ak",
}
FIRST_OF_ITS_KIND = {
    "ary-Arab": "اللولة من نوعها",
    "ary-Latn": "lwla mn no3ha",
    "ar": "الأولى من نوعها",
    "fr": "première de ce genre",
}
COUNTRYSIDE = {"ary-Arab": "البادية", "ary-Latn": "lbadiya", "ar": "العالم القروي", "fr": "monde rural"}
WOMEN = {"ary-Arab": "العيالات", "ary-Latn": "l3yalat", "ar": "نسا", "fr": "femmes"}
COMPANIES = {"ary-Arab": "شركات", "ary-Latn": "sociétés", "ar": "شركات", "fr": "entreprises de la province"}
EXPERTS = {"ary-Arab": "الخبراء", "ary-Latn": "lkhobara2", "ar": "الخبراء", "fr": "experts"}
FINANCING = {
    "ary-Arab": "مصادر التمويل",
    "ary-Latn": "lmasadir dyal tamwil",
    "ar": "مصادر التمويل",
    "fr": "sources de financement",
}
COOPERATIVES = {"ary-Arab": "التعاونيات", "ary-Latn": "ta3awniyat", "ar": "تعاونيات", "fr": "coopératives"}
FOOD = {
    "ary-Arab": "الصناعات الفلاحية",
    "ary-Latn": "sina3at lfila7iya",
    "ar": "الصناعات الفلاحية",
    "fr": "agroalimentaire",
}
SUPPLY = {"ary-Arab": "تزود", "ary-Latn": "tzewwed", "ar": "لتزويدها", "fr": "approvisionner"}
SELF_EMPLOYED = {
    "ary-Arab": "المقاول الذاتي",
    "ary-Latn": "auto-entrepreneur",
    "ar": "المقاول الذاتي",
    "fr": "auto-entrepreneur",
}

FACTS: dict[str, list[Mapping[str, str]]] = {
    "ask_about_caravan": [SLOGAN, FIRST_OF_ITS_KIND, COUNTRYSIDE],
    "ask_organizers": [ANAPEC, ILO, CREDIT_AGRICOLE, CHAMBER, GOVERNOR],
    "ask_dates": [FIRST_DAY, LAST_DAY, LAUNCH],
    "ask_services": [COMPANIES, FREE, SELF_EMPLOYED, COOPERATIVES, FOOD, FINANCING],
    "ask_eligibility": [COUNTRYSIDE, WOMEN, COOPERATIVES],
    "ask_cost": [FREE],
    "ask_jobs": [COMPANIES],
    "ask_training": [FREE, WOMEN],
    "ask_auto_entrepreneur": [SELF_EMPLOYED],
    "ask_cooperative": [COOPERATIVES, FOOD, SUPPLY],
    "ask_financing": [FINANCING, CREDIT_AGRICOLE],
    "ask_project_support": [EXPERTS],
}

# What people expect to hear and what nobody has said about this caravan.
NOT_KNOWN = re.compile(
    r"\b(cin|cnss|amo|dirhams?|dh|mad|cnie|passeport|photocopie|bac|intelaka|forsa|awrach|cerises|facebook|www|https?)\b"
    r"|البطاقة الوطنية|لاكارط|بطاقة|أوراش|برنامج|الباك|فيسبوك|%|€",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def khemisset() -> CaravanFile:
    path = Path(__file__).parents[2] / "bot/caravans/khemisset.yml"
    return read(path, Gazetteer.load("04.291"), date(2026, 11, 24))


@pytest.mark.parametrize(("intent", "variety"), ALL_ANSWERS)
def test_an_answer_is_short_and_plain(khemisset: CaravanFile, intent: str, variety: str) -> None:
    answer = khemisset.answers[intent][variety]
    assert len(answer) <= LONGEST_ANSWER
    sentences = [part for part in re.split(r"(?<=[.!?؟])\s+", answer) if part]
    assert 1 <= len(sentences) <= 4
    assert max(len(sentence.split()) for sentence in sentences) <= 35
    assert not re.search(r"[*_`#\[\]{}\n]", answer)
    assert answer[-1] in ".?؟"


@pytest.mark.parametrize(("intent", "variety"), ALL_ANSWERS)
def test_an_answer_names_no_number_that_is_not_known(
    khemisset: CaravanFile, intent: str, variety: str
) -> None:
    # In Arabizi a digit inside a word is a letter.
    numbers = re.findall(r"(?<![A-Za-z'])\d+(?![A-Za-z'])", khemisset.answers[intent][variety])
    assert set(numbers) <= (KNOWN_NUMBERS if intent == "ask_dates" else set())


@pytest.mark.parametrize(("intent", "variety"), ALL_ANSWERS)
def test_an_answer_claims_nothing_that_was_not_said(
    khemisset: CaravanFile, intent: str, variety: str
) -> None:
    assert not NOT_KNOWN.search(khemisset.answers[intent][variety])


@pytest.mark.parametrize(("intent", "variety"), ALL_ANSWERS)
def test_an_answer_is_in_the_script_of_its_variety(khemisset: CaravanFile, intent: str, variety: str) -> None:
    answer = khemisset.answers[intent][variety]
    arabic, latin = len(re.findall(r"[\u0600-\u06ff]", answer)), len(re.findall(r"[A-Za-zÀ-ÿ]", answer))
    if Variety(variety).is_arabic_script:
        assert latin < arabic / 4
    else:
        assert arabic == 0


@pytest.mark.parametrize(("intent", "variety"), ALL_ANSWERS)
def test_what_is_not_known_is_admitted_and_a_coach_offered(
    khemisset: CaravanFile, intent: str, variety: str
) -> None:
    answer = khemisset.answers[intent][variety]
    unknown = intent in khemisset.unknown_answers
    assert bool(re.search(ADMITS[variety], answer, re.IGNORECASE)) == unknown
    if unknown:
        assert ASKS_A_COACH[variety] in answer


def test_what_was_never_said_is_among_the_unknown(khemisset: CaravanFile) -> None:
    never_said = {
        "ask_documents",
        "ask_contact",
        "ask_eligibility",
        "ask_cost",
        "ask_financing",
        "ask_training",
    }
    assert never_said <= set(khemisset.unknown_answers)


@pytest.mark.parametrize("intent", FACTS)
@pytest.mark.parametrize("variety", VARIETIES)
def test_an_answer_holds_what_is_known(khemisset: CaravanFile, intent: str, variety: str) -> None:
    answer = khemisset.answers[intent][variety]
    assert [fact[variety] for fact in FACTS[intent] if fact[variety] not in answer] == []


def test_darija_is_not_written_as_standard_arabic(khemisset: CaravanFile) -> None:
    for intent in ANSWERED_INTENTS:
        darija, standard = khemisset.answers[intent]["ary-Arab"], khemisset.answers[intent]["ar"]
        assert re.search(r"ديال|كاين|إلا كتبتي|واش|شنو", darija)
        assert not re.search(r"ديال|كاين|ماعنديش|واش|شنو", standard)
        assert re.search(r"\w[379]|[379]\w", khemisset.answers[intent]["ary-Latn"])


def test_name_and_slogan_are_the_official_ones(khemisset: CaravanFile) -> None:
    assert khemisset.name["ar"] == (
        "القافلة الجهوية لدعم التشغيل الذاتي، لتحسين قابلية التشغيل وإنعاش الأنشطة الاقتصادية القروية"
    )
    assert khemisset.slogan["ar"] == khemisset.slogan["ary-Arab"] == "أنا جيت أنا معك"


def test_the_file_says_in_french_that_its_timetable_is_made_up() -> None:
    header = (Path(__file__).parents[2] / "bot/caravans/khemisset.yml").read_text(encoding="utf-8")
    assert "LE CALENDRIER DE CE FICHIER EST INVENTÉ" in header.split("\ncode:")[0]
