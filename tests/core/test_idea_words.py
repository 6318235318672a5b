from __future__ import annotations

import pytest

from bot.core.idea_words import hamlet_in, need_in


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("3ndi n7al f Oulmes w khassni lflous", "khassni lflous"),
        ("khasna local. w chokran", "khasna local"),
        ("عندي مشروع فتيداس وخاصني التمويل", "وخاصني التمويل"),
        ("أحتاج إلى تمويل", "أحتاج إلى تمويل"),
        ("un café à Maaziz, j'ai besoin de matériel.", "j'ai besoin de matériel"),
        ("3ndi projet w ma3ndich flous", "ma3ndich flous"),
        ("khassni n3ref kifach ndir", None),
        ("il me faut un rendez-vous", None),
        ("خاصني نعرف كيفاش", None),
        ("bghit ndir projet", None),
        ("khassni", None),
    ],
)
def test_what_a_project_needs(text: str, need: str | None) -> None:
    assert need_in(text) == need


@pytest.mark.parametrize(
    ("text", "hamlet"),
    [
        ("bghit ndir projet f douar Ait Hammou", "douar Ait Hammou"),
        ("فدوار ايت علي", "فدوار ايت علي"),
        ("f douar dyali", None),
        ("f Tiflet", None),
    ],
)
def test_a_hamlet(text: str, hamlet: str | None) -> None:
    assert hamlet_in(text) == hamlet
