from __future__ import annotations

import pytest

from bot.core.phonetics import distance, key, skeleton, weight
from bot.core.text import fold
from bot.core.transliteration import to_arabic


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("khmissat", "خميسات"),
        ("3in", "عين"),
        ("chi", "شي"),
        ("ghir", "غير"),
        ("9adi", "قادي"),
        ("7ta", "حتا"),
        ("tiddas", "تيداس"),
        ("boughali", "بوغالي"),
        ("5obz", "خوبز"),
    ],
)
def test_both_scripts_sound_alike(latin: str, arabic: str) -> None:
    assert distance(key(latin), key(fold(arabic))) <= 0.3
    assert skeleton(key(latin)) == skeleton(key(fold(arabic)))


def test_vowels_are_cheap_and_consonants_are_not() -> None:
    assert distance(key("tiflet"), key("teflt")) < 0.5
    assert distance(key("tiflet"), key("tifret")) >= 0.7
    assert distance(key("kacem"), key("qasem")) < 0.5


def test_distance_is_symmetric_and_zero_for_itself() -> None:
    for one, other in (("tiflet", "tifelt"), ("khemisset", "rommani"), ("", "abc")):
        assert distance(key(one), key(other)) == pytest.approx(distance(key(other), key(one)))
        assert distance(key(one), key(one)) == 0.0


def test_a_limit_only_cuts_what_is_beyond_it() -> None:
    near, far = (
        distance(key("tiflet"), key("tifelt"), limit=1.0),
        distance(key("tiflet"), key("rommani"), limit=1.0),
    )
    assert near == distance(key("tiflet"), key("tifelt"))
    assert far > 1.0


def test_weight_counts_consonants() -> None:
    assert weight("tflt") == 4.0
    assert weight("a") == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("wach", "واش"),
        ("chno", "شنو"),
        ("bghit", "بغيت"),
        ("kifach", "كيفاش"),
        ("3afak", "عافاك"),
        ("daba", "دابا"),
        ("lqafila", "القافيله"),
        ("7anout", "حانوت"),
        ("9rib", "قريب"),
        ("10h30", "10h30"),
        ("0612345678", "0612345678"),
        ("سلام rdv", "سلام ردف"),
    ],
)
def test_darija_in_latin_letters_is_written_in_arabic_script(latin: str, arabic: str) -> None:
    assert to_arabic(latin) == arabic
