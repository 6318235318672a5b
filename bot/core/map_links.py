"""A point on the map as people write it: two numbers, or the link that a map gives."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.core.geo import Point

_NUMBER = r"(-?\d{1,3}[.,]\d+)"
_HALF = rf"{_NUMBER}\s*°?\s*([NSEWOnsewo]?)"
_FORMS = (
    # The pin of a place in a link of Google's; where its map is centred comes before it, and means less.
    re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}"),
    re.compile(rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}"),
    re.compile(rf"[?&](?:q|query|ll|destination)=(?:loc:)?{_NUMBER},\s*{_NUMBER}"),
    re.compile(rf"/search/{_NUMBER},\+?\s*{_NUMBER}"),
    re.compile(rf"@{_NUMBER},{_NUMBER}"),
    re.compile(rf"#map=\d+/{_NUMBER}/{_NUMBER}"),
    re.compile(rf"geo:{_NUMBER},{_NUMBER}"),
)
_PLAIN = re.compile(rf"\(?\s*{_HALF}\s*[,;،\s]\s*{_HALF}\s*\)?")
_SHORT = re.compile(r"(?:goo\.gl|g\.co)/", re.IGNORECASE)


def read_point(written: str) -> Point | None:
    """The point that was written, in degrees; None where there is none. Any point on earth is one."""
    text = unquote(written.strip())
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        first, other = (_signed(*plain.group(at, at + 1)) for at in (1, 3))
        return _point(first, other)
    for form in _FORMS:
        found = form.search(text)
        if found is not None:
            return _point(_degrees(found[1]), _degrees(found[2]))
    return None


def is_short_link(written: str) -> bool:
    """Whether this is a link that says nothing of the place: only the map's own site knows where it leads."""
    return _SHORT.search(written) is not None


def write_point(point: Point) -> str:
    """As :func:`read_point` reads it; five decimals are a metre."""
    return f"{point.latitude:.5f}, {point.longitude:.5f}"


def _point(latitude: float, longitude: float) -> Point | None:
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Point(latitude=latitude, longitude=longitude)


def _signed(number: str, direction: str) -> float:
    degrees = _degrees(number)
    return -abs(degrees) if direction.upper() in ("S", "W", "O") and direction else degrees


def _degrees(number: str) -> float:
    return float(number.replace(",", "."))
