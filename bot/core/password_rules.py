"""Which passwords are too easy to guess."""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache
from pathlib import Path

import yaml

_STEMS = Path(__file__).with_name("weak_passwords.yml")
MIN_LENGTH = 10
MAX_LENGTH = 1000
_FEWEST_CHARACTERS = 5
_STAND_FOR = str.maketrans("013457@$!€", "oieastasie")
_RUNS = ("0123456789" * 3, "abcdefghijklmnopqrstuvwxyz" * 2)


class Weakness(str, Enum):
    """Why a password is refused. Each has words in the console, under ``password_<value>``."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"


def weakness(password: str, *, about: tuple[str, ...] = ()) -> Weakness | None:
    """What is wrong with a password, None where nothing is.

    ``about`` are names of its owner, which must not be most of it.
    """
    if len(password) < MIN_LENGTH:
        return Weakness.SHORT
    if len(password) > MAX_LENGTH:
        return Weakness.LONG
    folded = _folded(password)
    if len(set(folded)) < _FEWEST_CHARACTERS or _is_run(folded) or _letters(password) & _stems():
        return Weakness.COMMON
    names = {_only_letters(_folded(name)) for name in about}
    if any(len(name) > 2 and _is_mostly(folded, name) for name in names):
        return Weakness.PERSONAL
    return None


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in parts if not unicodedata.combining(char))


def _letters(password: str) -> set[str]:
    """The letters of a password: as they are, and with the digits and signs that stand for letters."""
    folded = _folded(password)
    plain = _only_letters(folded)
    # Digits at the ends are years and counts, not letters.
    inner = folded.strip("0123456789!?.,;:*#@$-_ ")
    halves = {plain[: len(plain) // 2]} if plain[: len(plain) // 2] * 2 == plain else set()
    return {plain, _only_letters(inner.translate(_STAND_FOR)), *halves}


def _only_letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _is_run(text: str) -> bool:
    """Whether it goes on as digits or the alphabet do, forwards or backwards."""
    return any(text in run or text[::-1] in run for run in _RUNS)


def _is_mostly(text: str, name: str) -> bool:
    letters = _only_letters(text)
    return name in letters and len(letters.replace(name, "")) < _FEWEST_CHARACTERS


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    content = yaml.safe_load(_STEMS.read_text(encoding="utf-8"))
    return frozenset(stem for group in content["stems"].values() for stem in group.split())
