"""What a rule of the grammar of days matched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.date_symbols import Symbol, number
from bot.core.lexicons import word_set

_BY = frozenset({"b", "ب"})
_THE_DAY = re.compile("يوم|yo?u?m")
_FOR_ME = frozenset({"لي", "ليا", "لينا", "لنا", "lia", "liya", "lya", "lina"})


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a rule matched: named groups as symbols."""

    today: date
    row: Sequence[Symbol]
    found: re.Match[str]

    def symbol(self, group: str) -> Symbol | None:
        """The symbol of a named group, if it took part."""
        index = self.found.start(group) if group in self.found.re.groupindex else -1
        return self.row[index] if index >= 0 else None

    def number(self, group: str) -> int | None:
        """The number of a named group, if it took part."""
        symbol = self.symbol(group)
        return None if symbol is None else number(symbol)

    def needed(self, group: str) -> int:
        """The number of a named group that always takes part."""
        value = self.number(group)
        assert value is not None, group
        return value

    def has(self, group: str) -> bool:
        """Whether the named group took part."""
        return self.symbol(group) is not None

    @property
    def following(self) -> str:
        """The letter behind what was matched; nothing at the end."""
        return self.row[self.found.end()].letter if self.found.end() < len(self.row) else ""

    @property
    def following_text(self) -> str:
        """The word behind what was matched; nothing at the end."""
        return self.row[self.found.end()].text if self.found.end() < len(self.row) else ""

    @property
    def preceding_text(self) -> str:
        """The word in front of what was matched; nothing at the beginning."""
        return self.row[self.found.start() - 1].text if self.found.start() else ""

    @property
    def month(self) -> int:
        """The month of the groups of ``_MONTH``; 0 where it is none."""
        named = self.symbol("m")
        if named is not None:
            return int(str(named.value))
        return self.number("mn") or 0

    @property
    def moved_day(self) -> bool:
        """Whether "the day" is what somebody wants moved, and so may be the day of something else: "غيروا لي اليوم"."""
        before = [symbol.text for symbol in self.row[max(0, self.found.start() - 3) : self.found.start()]]
        while before and before[-1] in _FOR_ME:
            before.pop()
        named = _THE_DAY.search(self.row[self.found.end() - 1].text) is not None
        return named and bool(before) and before[-1] in word_set("moving")

    @property
    def behind_by(self) -> bool:
        """Whether "b" is written together with it. That never stands before a weekday: "blsbt" is "exactly" as well."""
        first = self.found.start()
        return (
            first > 0 and self.row[first - 1].text in _BY and self.row[first - 1].end == self.row[first].start
        )
