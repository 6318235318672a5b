from __future__ import annotations

import pytest

from bot.core.sectors import SECTORS, match
from tests.core.province import cases

CASES = cases("sectors.yml")


@pytest.mark.parametrize(
    ("sector", "text"), [(sector, text) for sector, texts in CASES["told"].items() for text in texts]
)
def test_the_sector_that_is_told(sector: str, text: str) -> None:
    assert sector in SECTORS
    assert [mention.sector for mention in match(text)] == [sector]


@pytest.mark.parametrize("text", CASES["none"])
def test_no_sector_is_told(text: str) -> None:
    assert match(text) == ()


def test_one_spelling_of_a_word_stands_for_its_variants() -> None:
    for text in ("fla7a", "flaha", "lfla7a", "l flaha", "فلاحة", "الفلاحة", "الفلاحه", "فالفلاحة", "FLAHA"):
        assert [mention.sector for mention in match(text)] == ["agriculture"], text


def test_selling_through_a_site_is_digital() -> None:
    assert [mention.sector for mention in match("site web pour vendre des tapis")] == ["digital"]


def test_a_sector_points_at_its_word() -> None:
    text = "بغيت نحل صالون ديال الحلاقة ف تيفلت"
    (mention,) = match(text)
    assert text[mention.start : mention.end] == "صالون ديال الحلاقة"
