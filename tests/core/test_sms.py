from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import sms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rendez-vous demain, 10h00", "GSM-7"),
        ("à ä æ é è ö ù ü Ä Æ Ç É Ö Ü", "GSM-7"),
        ("5 € [ok] {a|b} ~ ^ \\", "GSM-7"),
        ("", "GSM-7"),
        ("ça", "UCS-2"),
        ("forêt", "UCS-2"),
        ("l’emploi", "UCS-2"),
        ("À", "UCS-2"),
        ("23 °C", "UCS-2"),
        ("موعدك غدا", "UCS-2"),
        ("ok 👍", "UCS-2"),
    ],
)
def test_encoding(text: str, expected: str) -> None:
    assert sms.encoding(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # 153 is odd: the pair that would straddle the border starts the next part.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("م" * 70, 1),
        ("م" * 71, 2),
        ("م" * 134, 2),
        ("م" * 135, 3),
        ("👍" * 35, 1),
        ("👍" * 36, 2),
        ("👍" * 66, 2),
        ("👍" * 67, 3),
    ],
)
def test_segments(text: str, expected: int) -> None:
    assert sms.segments(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ça, déjà prêt à Aïn Johra", "Ça, déjà pret à Ain Johra"),
        ("l’emploi – demain…", "l'emploi - demain..."),
        ("« Khémisset »", '"Khémisset"'),
        ("«\u00a0Khémisset\u202f»", '"Khémisset"'),
        ("10\u202f000 DH", "10 000 DH"),
        ("n° 5, cœur, ÊTRE", "no 5, coeur, ETRE"),
        ("e\u0301te\u0301", "été"),
        ("\u2068Tiddas\u2069", "Tiddas"),
        ("garçon", "garcon"),
    ],
)
def test_folding_makes_french_cheap(text: str, expected: str) -> None:
    assert sms.fold_gsm7(text) == expected
    assert sms.encoding(expected) == "GSM-7"


@pytest.mark.parametrize("text", ["موعدك «غدا»…", "prêt 👍", "à l’heure: غدا"])
def test_what_stays_ucs2_is_not_touched(text: str) -> None:
    assert sms.fold_gsm7(text) == text


@given(st.text(max_size=400))
def test_folding_is_stable(text: str) -> None:
    once = sms.fold_gsm7(text)
    assert sms.fold_gsm7(once) == once


@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_never_takes_fewer_parts(first: str, second: str) -> None:
    assert sms.segments(first + second) >= sms.segments(first)
