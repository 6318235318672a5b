"""What a rule of the grammar of days matched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.date_symbols import Symbol, number


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
