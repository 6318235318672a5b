"""What the communes are called, by HCP code."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from bot.gazetteer import Gazetteer, UnknownCommune, UnknownProvince

PlaceNames = Callable[[str, str], str]
"""Gives a commune's name by its HCP code and the console's language ("ar" or "fr"); the code itself where it
is unknown.
"""


@lru_cache(maxsize=4)
def _gazetteer(province_code: str) -> Gazetteer:
    return Gazetteer.load(province_code)


def place_name(code: str, language: str) -> str:
    """The name from the country's list, read when it is first asked for."""
    try:
        return _gazetteer(code[:6]).commune(code).name(language)
    except (UnknownProvince, UnknownCommune):
        return code
