"""The console's words: YAML files by language, and by topic where there are many; no Python has to be touched to edit them.

A text may hold ``{value}``. Keys are the same in every language; the tests see to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

from bot.core.errors import AnaM3akError
from bot.core.texts import CASABLANCA

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("ar", "fr")
DEFAULT_LANGUAGE = "ar"
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class MissingWords(AnaM3akError):
    """A key has no text in a language, or a file is not a mapping of keys to texts."""


class Words:
    """The words of one language, and how it writes days and lengths of time."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.direction = "rtl" if language == "ar" else "ltr"
        self._texts = texts

    def keys(self) -> frozenset[str]:
        """All keys."""
        return frozenset(self._texts)

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self._texts

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with ``values`` filled in. Raises MissingWords."""
        try:
            return self._texts[key].format(**values) if values else self._texts[key]
        except KeyError as missing:
            raise MissingWords(f"{key} ({self.language}) lacks {missing}") from None

    def either(self, key: str, otherwise: str) -> str:
        """The text of ``key``; where there is none, that of ``otherwise``."""
        return self(key if key in self._texts else otherwise)

    def day(self, value: date) -> str:
        """A day such as "samedi 28 novembre"; datetimes are taken to Africa/Casablanca first."""
        local = value.astimezone(CASABLANCA) if isinstance(value, datetime) else value
        return f"{self(f'weekday_{local.weekday()}')} {local.day} {self(f'month_{local.month}')}"

    def length(self, span: timedelta) -> str:
        """A length of time in its two largest parts under two days, then in days; less than a minute is
        "now".
        """
        if span < timedelta(minutes=1):
            return self("length_now")
        hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
        if span >= 2 * _DAY:
            return self.count("days", span.days)
        if hours and minutes and span < _DAY:
            parts = {"hours": self.count("hours", hours), "minutes": self.count("minutes", minutes)}
            return self("hours_and_minutes", **parts)
        return self.count("hours", hours) if span >= _HOUR else self.count("minutes", minutes)

    def count(self, noun: str, number: int) -> str:
        """So many of something: Arabic nouns change with 1, 2, 3 to 10 and more, French ones with 1."""
        few = ["few"] if 3 <= number % 100 <= 10 else []
        form = next((each for each in (str(number), *few) if self.has(f"{noun}_{each}")), "many")
        words = self(f"{noun}_{form}")
        return words.format(count=number)


@lru_cache(maxsize=1)
def load_words() -> Mapping[str, Words]:
    """The words of each language, read once."""
    return {language: Words(language, _all(language)) for language in LANGUAGES}


def _all(language: str) -> dict[str, str]:
    """What `fr.yml` and each `<topic>.fr.yml` say. Raises MissingWords where two say the same key."""
    texts: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"*{language}.yml")):
        found = _read(path)
        twice = texts.keys() & found.keys()
        if twice:
            raise MissingWords(f"{path.name} says again what another file says: {', '.join(sorted(twice))}")
        texts |= found
    return texts


def _read(path: Path) -> dict[str, str]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise MissingWords(f"{path.name} is not a mapping of keys to texts")
    return {str(key): str(text) for key, text in content.items()}
