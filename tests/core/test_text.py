from __future__ import annotations

import pytest

from bot.core.text import fold, normalise, share_of_arabic, tokens, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("إنشاء مقاولة", "انشا مقاوله"),
        ("أُرِيدُ مَوْعِدًا", "اريد موعدا"),
        ("الـــسلام", "السلام"),
        ("مستشفى", "مستشفي"),
        ("ڭاع گاع", "كاع كاع"),
        ("سؤال مسؤول", "سوال مسوول"),
        ("ٱلرَّحْمٰن", "الرحمن"),
        ("ﻻ ﷺ", fold("لا صلى الله عليه وسلم")),
        ("٠١٢٣٤٥٦٧٨٩ ۴", "0123456789 4"),
        ("Été à Noël, œuf", "ete a noel, oeuf"),
        ("SLAAAAM", "slam"),
        ("بزااااف", "بزاف"),
        ("ghedda", "ghedda"),
        ("l’oulmès", "l'oulmes"),
        ("a\u200fb", "ab"),
        ("1️⃣", "1"),
        ("１２", "12"),
        ("شنو؟ نعم، لا؛", "شنو? نعم, لا;"),
        ("  a \n b ", "a b"),
        ("2222", "2222"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "text", ["أهلاً بِكَ", "Slaaaam ÉTÉ", "١٢ ديسمبر", "ﻻ", "", "😂👍🏽", "a\u0301bc", "œuvre"]
)
def test_every_folded_letter_knows_where_it_came_from(text: str) -> None:
    folded = normalise(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    for index in range(len(folded.text)):
        start, end = folded.span(index, index + 1)
        assert 0 <= start < end <= len(text)
    assert list(folded.starts) == sorted(folded.starts)


def test_offsets_point_at_the_original() -> None:
    text = "السلااااام عليكم، غدًا"
    folded = normalise(text)
    start = folded.text.index("غدا")
    first, last = folded.span(start, start + 3)
    assert text[first:last] == "غدًا"
    first, last = folded.span(0, 6)
    assert text[first:last] == "السلااااام"


def test_words_know_their_script_and_phrase() -> None:
    found = tokens(normalise("salam، بغيت10 rdv").text)
    assert [(token.text, token.arabic, token.broken) for token in found] == [
        ("salam", False, False),
        ("بغيت", True, True),
        ("10", False, False),
        ("rdv", False, False),
    ]


def test_scripts_never_share_a_word() -> None:
    assert words("فtiflet لـkhemisset") == ("ف", "tiflet", "ل", "khemisset")


@pytest.mark.parametrize(
    ("text", "share"), [("سلام", 1.0), ("salam", 0.0), ("123", 0.0), ("", 0.0), ("سلام abcd", 0.5)]
)
def test_share_of_arabic(text: str, share: float) -> None:
    assert share_of_arabic(text) == share
