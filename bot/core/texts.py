"""The words people read, and how values are put into them.

One flat YAML file per variety (``ary-Arab.yml`` …) maps a key to a text. A text may hold ``{value}`` or
``{value:kind}``; the kinds are
``day`` (a date or datetime as "السبت 28 نونبر"), ``date`` ("28/11"), ``hour`` ("10:30"), ``km``, ``name`` (a mapping
with ``ar`` and ``fr``: the variety's script decides), ``variety`` (a mapping with all four varieties) and ``text``
(another text's key). ``layout.yml`` says which buttons belong to a text; translators never see it.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.core.errors import AnaM3akError
from bot.core.locales import Variety
from bot.core.messages import Button, InputRequest

CASABLANCA = ZoneInfo("Africa/Casablanca")
TEXTS = Path(__file__).parent.parent / "texts"


class MissingText(AnaM3akError):
    """A key has no text in a variety, or a text names a value that was not given."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice whose title is a text: ``key`` with ``values``; ``payload`` is what choosing it means."""

    key: str
    payload: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A text with its buttons, ready for any channel."""

    text: str
    buttons: tuple[Button, ...] = ()
    request: InputRequest | None = None
    request_title: str | None = None


class Texts:
    """All texts of all varieties, read once."""

    def __init__(self, *, words: Mapping[Variety, Mapping[str, str]], layout: Mapping[str, Any]) -> None:
        self._words = words
        self._layout = layout

    @classmethod
    def load(cls, folder: Path = TEXTS) -> Texts:
        """Read ``<variety>.yml`` of every variety and ``layout.yml`` from ``folder``."""
        words = {variety: _read(folder / f"{variety.value}.yml") for variety in Variety}
        return cls(words=words, layout=_read(folder / "layout.yml"))

    def keys(self, variety: Variety) -> frozenset[str]:
        """All keys of one variety."""
        return frozenset(self._words[variety])

    def has(self, key: str) -> bool:
        """Whether ``key`` exists (in every variety: the tests see to that)."""
        return all(key in words for words in self._words.values())

    def say(self, key: str, variety: Variety, values: Mapping[str, Any] | None = None) -> str:
        """The text of ``key`` with ``values`` filled in. Raises MissingText."""
        try:
            template = self._words[variety][key]
        except KeyError:
            raise MissingText(f"{key} has no text in {variety.value}") from None
        try:
            return _Filler(self, variety).vformat(template, (), values or {}).strip()
        except KeyError as missing:
            raise MissingText(f"{key} ({variety.value}) needs the value {missing}") from None

    def fixed_buttons(self, variety: Variety) -> list[tuple[Button, ...]]:
        """The sets of buttons of the layout, as they stand under messages that add no options of the moment."""
        keys = [key for key, layout in self._layout.items() if layout.get("buttons")]
        return [self._fixed(key, variety) for key in keys]

    def _fixed(self, key: str, variety: Variety) -> tuple[Button, ...]:
        layout = self._layout.get(key) or {}
        return tuple(
            Button(title=self.say(button["title"], variety), payload=button["payload"])
            for button in layout.get("buttons", ())
        )

    def render(
        self,
        key: str,
        variety: Variety,
        values: Mapping[str, Any] | None = None,
        options: Sequence[Option] = (),
    ) -> Rendered:
        """A whole message: the text, the layout's fixed buttons after the ``options`` of this moment, what it asks the channel for."""
        layout = self._layout.get(key) or {}
        chosen = tuple(
            Button(title=self.say(option.key, variety, option.values), payload=option.payload)
            for option in options
        )
        buttons = (*chosen, *self._fixed(key, variety))
        request = InputRequest(layout["request"]) if "request" in layout else None
        title = self.say(layout["request_title"], variety) if request else None
        return Rendered(
            text=self.say(key, variety, values), buttons=buttons, request=request, request_title=title
        )


def _read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise MissingText(f"{path.name} is not a mapping of keys to texts")
    return content


class _Filler(string.Formatter):
    def __init__(self, texts: Texts, variety: Variety) -> None:
        self._texts = texts
        self._variety = variety

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "day":
            return self._day(_local_date(value))
        if format_spec == "hour":
            return _local_time(value)
        if format_spec == "km":
            return str(max(1, round(float(value))))
        if format_spec == "name":
            return str(value["ar" if self._variety.is_arabic_script else "fr"])
        if format_spec == "variety":
            return str(value[self._variety.value])
        if format_spec == "date":
            day = _local_date(value)
            return f"{day.day:02d}/{day.month:02d}"
        if format_spec == "text":
            return self._texts.say(str(value), self._variety)
        return str(super().format_field(value, format_spec))

    def _day(self, day: date) -> str:
        weekday = self._texts.say(f"weekday_{day.weekday()}", self._variety)
        month = self._texts.say(f"month_{day.month}", self._variety)
        return f"{weekday} {day.day} {month}"


def _local_date(value: Any) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(CASABLANCA).date()
    if isinstance(value, date):
        return value
    raise MissingText(f"{type(value).__name__} is not a date")


def _local_time(value: Any) -> str:
    if isinstance(value, str) and "T" in value:
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(CASABLANCA).time()
    return value[:5] if isinstance(value, str) else value.strftime("%H:%M")


@lru_cache(maxsize=1)
def default_texts() -> Texts:
    """The product's own texts."""
    return Texts.load()
