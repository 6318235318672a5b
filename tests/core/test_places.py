from __future__ import annotations

import pytest

from bot.core.places import match
from tests.core.province import cases, khemisset

SENTENCES = {
    "arabic": (
        "{}",
        "واش القافلة جاية ل{} نهار الجمعة",
        "بغيت رونديفو ف{} عافاك",
        "أنا من {}",
        "متى ستصل القافلة إلى {}؟",
    ),
    "latin": (
        "{}",
        "wach katji l {} nhar ljem3a",
        "bghit rdv f{} 3afak",
        "la caravane passe à {} quand ?",
        "ana mn {} slm",
    ),
}
OUTSIDE_SENTENCES = {
    "arabic": ("واش القافلة جاية ل {}", "أنا من {}", "هل تصل القافلة إلى {}؟"),
    "latin": ("wach katji l {} nhar ljem3a", "ana mn {} wach n9der nji", "la caravane passe à {} ?"),
}


def script(name: str) -> str:
    return "arabic" if any("\u0600" <= letter <= "\u06ff" for letter in name) else "latin"


SPELLINGS = [(code, name) for code, names in cases("places.yml").items() for name in names]
OUTSIDE = [name for names in cases("outside_places.yml").values() for name in names]


@pytest.mark.parametrize(("code", "name"), SPELLINGS)
def test_every_spelling_of_a_commune_is_found_alone_and_in_sentences(code: str, name: str) -> None:
    for sentence in SENTENCES[script(name)]:
        mentions = match(sentence.format(name), khemisset())
        assert [mention.code for mention in mentions if mention.inside] == [code], sentence.format(name)


def test_places_outside_are_recognised_and_never_taken_for_a_commune() -> None:
    missed = []
    for name in OUTSIDE:
        for sentence in OUTSIDE_SENTENCES[script(name)]:
            mentions = match(sentence.format(name), khemisset())
            assert not any(mention.inside for mention in mentions), sentence.format(name)
            if not mentions:
                missed.append(sentence.format(name))
    assert len(missed) <= 0.02 * len(OUTSIDE) * 3, missed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ftiflet", "tiflet"),
        ("wach jayin ltiflet", "tiflet"),
        ("لتيفلت", "تيفلت"),
        ("فالخميسات", "الخميسات"),
        ("بالرماني", "الرماني"),
        ("d'Oulmès", "Oulmès"),
        ("l'oulmès", "oulmès"),
        ("ana men tiflet 👍", "tiflet"),
        ("كاين فـتيفلت", "تيفلت"),
        ("أنا من ولماس.", "ولماس"),
    ],
)
def test_a_mention_points_at_the_name_without_prepositions(text: str, named: str) -> None:
    (mention,) = match(text, khemisset())
    assert text[mention.start : mention.end].endswith(named)
    assert mention.end - mention.start <= len(named) + 1


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("men tiflet l khmissat", ["04.291.01.05", "04.291.01.01"]),
        ("بدل ليا من والماس لتيداس", ["04.291.05.11", "04.291.05.13"]),
        ("tiflet wla rommani wla zhiliga", ["04.291.01.05", "04.291.01.03", "04.291.07.07"]),
        ("je suis à Maaziz, pas à Tiddas", ["04.291.05.09", "04.291.05.13"]),
        ("m9am tolba machi majma3 tolba", ["04.291.09.11", "04.291.03.11"]),
        ("الخميسات، تيفلت", ["04.291.01.01", "04.291.01.05"]),
    ],
)
def test_several_places_are_found_in_order(text: str, codes: list[str]) -> None:
    assert [mention.code for mention in match(text, khemisset())] == codes


@pytest.mark.parametrize(
    ("text", "first", "others"),
    [
        ("sidi allal", "04.291.01.17", {"04.291.03.15"}),
        ("سيدي علال", "04.291.01.17", {"04.291.03.15"}),
        ("ana mn sidi yahya", "04.291.09.09", {"04.491.01.09", "04.501.03.11"}),
        ("مولاي ادريس", "04.291.07.15", {"03.061.01.09"}),
    ],
)
def test_a_name_that_several_places_share_is_asked_about(text: str, first: str, others: set[str]) -> None:
    (mention,) = match(text, khemisset())
    assert mention.uncertain
    assert mention.code == first
    assert set(mention.alternatives) == others


def test_a_name_far_from_its_spelling_is_uncertain() -> None:
    (mention,) = match("ana mn tiftlet", khemisset())
    assert (mention.code, mention.uncertain) == ("04.291.01.05", True)


@pytest.mark.parametrize("text", cases("everyday_words.yml"))
def test_everyday_words_are_no_communes(text: str) -> None:
    assert not [mention for mention in match(text, khemisset()) if mention.inside]


@pytest.mark.parametrize(
    "text", ["safi", "صافي شكرا", "merci", "l9a3a jdida", "حاجة جديدة", "mdina", "داخل", "c'est pris"]
)
def test_everyday_words_are_no_places_outside_either(text: str) -> None:
    assert match(text, khemisset()) == ()


def test_a_second_province_needs_no_code() -> None:
    from bot.gazetteer import Gazetteer

    kenitra = Gazetteer.load("04.281")
    inside = {mention.code: mention.inside for mention in match("mn knitra l tiflet", kenitra)}
    assert inside == {"04.281.01.01": True, "04.291.01.05": False}
