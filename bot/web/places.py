"""What the communes are called, by HCP code."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from bot.core.geo import Point
from bot.gazetteer import Gazetteer, UnknownCommune, UnknownProvince

PlaceNames = Callable[[str, str], str]
"""Gives a commune's name by its HCP code and the console's language ("ar" or "fr"); the code itself where it
is unknown.
"""


@lru_cache(maxsize=4)
def gazetteer(province_code: str) -> Gazetteer:
    """The communes of a province, read once."""
    return Gazetteer.load(province_code)


def place_name(code: str, language: str) -> str:
    """The name from the country's list, read when it is first asked for."""
    try:
        return gazetteer(code[:6]).commune(code).name(language)
    except (UnknownProvince, UnknownCommune):
        return code


def both_names(code: str) -> dict[str, str]:
    """``{"fr": …, "ar": …}``; the code itself where it is unknown."""
    try:
        return gazetteer(code[:6]).names(code)
    except (UnknownProvince, UnknownCommune):
        return {"fr": code, "ar": code}


def communes(province_code: str, language: str) -> list[tuple[str, str]]:
    """The communes of a province, code and name, by name."""
    found = gazetteer(province_code).communes.values()
    return sorted(((each.code, each.name(language)) for each in found), key=lambda each: each[1])


def centre(code: str) -> Point | None:
    """The centre of a commune, where it is known."""
    try:
        return gazetteer(code[:6]).point(code)
    except (UnknownProvince, UnknownCommune):
        return None
