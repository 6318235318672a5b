"""Phone numbers as those see them who do not hold the conversation."""

from __future__ import annotations

import re

_DOT = "•"
_LEFT_TO_RIGHT, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"
# A number as people write it: nine digits or more, of any script, with blanks, dots or dashes between them.
_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[\s.\-\u00a0\u202f]?\d){8,}(?!\d)")
_MOROCCAN = re.compile(r"\+212(\d)(\d{6})(\d{2})")


def pretty(number: str) -> str:
    """An E.164 number with blanks, as Moroccan numbers are read: "+212 6 12 34 56 78"."""
    match = _MOROCCAN.fullmatch(number)
    if match is None:
        return number
    middle = match[2]
    return f"+212 {match[1]} {middle[:2]} {middle[2:4]} {middle[4:]} {match[3]}"


def masked(number: str) -> str:
    """An E.164 number of which only the first and the last digits can be read: "+212 6•• •• •• 78"."""
    match = _MOROCCAN.fullmatch(number)
    if match is not None:
        return f"+212 {match[1]}{_DOT * 2} {_DOT * 2} {_DOT * 2} {match[3]}"
    if len(number) < 6:
        return _DOT * len(number)
    return f"{number[:3]}{_DOT * (len(number) - 5)}{number[-2:]}"


def without_numbers(text: str) -> str:
    """``text`` with the digits of each phone number in it hidden, save the last two."""
    return _NUMBER.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    written = match.group()
    return isolated(re.sub(r"\d", _DOT, written[:-2]) + written[-2:], left_to_right=True)


def isolated(text: str, *, left_to_right: bool = False) -> str:
    """``text`` between marks that keep its direction and that of the words around it apart."""
    return f"{_LEFT_TO_RIGHT if left_to_right else _FIRST_STRONG}{text}{_END}"
