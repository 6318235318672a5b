"""Long texts in parts that Telegram takes."""

from __future__ import annotations

MAX_UNITS = 4096
_BREAKS = ("\n\n", "\n", " ")


def split_text(text: str, limit: int = MAX_UNITS) -> tuple[str, ...]:
    """``text`` in parts of at most ``limit`` UTF-16 units: cut at paragraphs, else lines, else words."""
    parts: list[str] = []
    rest = text.strip()
    while _units(rest) > limit:
        longest = _longest_start(rest, limit)
        cut = next((at for at in (longest.rfind(mark) for mark in _BREAKS) if at > 0), len(longest))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*parts, rest) if rest or not parts else tuple(parts)


def _longest_start(text: str, limit: int) -> str:
    used = 0
    for position, character in enumerate(text):
        used += _units(character)
        if used > limit:
            return text[:position]
    return text


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
