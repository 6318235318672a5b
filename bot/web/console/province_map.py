"""The province with its stops: what the map beside the calendar's list shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from math import hypot, sqrt

from bot.core.geo import Point
from bot.gazetteer import Gazetteer
from bot.gazetteer.drawing import WIDTH, Drawing, drawing
from bot.services.desk import StopLine

GONE = frozenset({"postponed", "moved", "cancelled"})
_SMALLEST, _LARGEST = 17, 30
"""Radii in the drawing's units of a stop without bookings and of the one with most."""
_GAP, _ROUNDS = 3, 60
_NAME_REACH, _NAME_HEIGHT = 42, 20
"""Half the width of a name, and its height."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A commune's stop on the map; ``x``, ``y`` and ``radius`` are in the drawing's units. ``named``: there is room for its name."""

    line: StopLine
    look: str
    x: float
    y: float
    radius: int
    named: bool = True


@dataclass(frozen=True, kw_only=True)
class ProvinceMap:
    """A box of ``width`` by ``height`` units: the communes' outlines (code and path), each commune's look, and the stops.

    A look is a stop's status, "past" where its day is over.
    """

    width: int
    height: int
    outlines: tuple[tuple[str, str], ...]
    spots: tuple[Spot, ...]
    looks: tuple[str, ...]


def province_map(
    gazetteer: Gazetteer, lines: Sequence[StopLine], *, today: date, centre: Callable[[str], Point | None]
) -> ProvinceMap:
    """The map of these stops. Of a commune's stops it shows the one that matters most now."""
    drawn = drawing(gazetteer)
    spots = _spots(gazetteer, drawn, lines, today, centre)
    return ProvinceMap(
        width=WIDTH,
        height=drawn.height,
        outlines=drawn.outlines,
        spots=_with_names(_apart(spots)),
        looks=tuple(sorted({spot.look for spot in spots})),
    )


def _spots(
    gazetteer: Gazetteer,
    drawn: Drawing,
    lines: Sequence[StopLine],
    today: date,
    centre: Callable[[str], Point | None],
) -> list[Spot]:
    most = max((line.taken for line in lines), default=0) or 1
    spots = []
    for line in _foremost(lines, today).values():
        point = centre(line.commune_code)
        if point is not None and line.commune_code in gazetteer.communes:
            x, y = drawn.place(point)
            radius = round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(line.taken / most))
            spots.append(Spot(line=line, look=_look(line, today), x=x, y=y, radius=radius))
    return spots


def _apart(spots: list[Spot]) -> list[Spot]:
    """The spots moved as little as it takes for each to be seen and pressed: towns lie close to their neighbours."""
    spots = list(spots)
    for _ in range(_ROUNDS):
        for i, j in combinations(range(len(spots)), 2):
            one, other = spots[i], spots[j]
            across, down = other.x - one.x or 0.1, other.y - one.y
            away = hypot(across, down)
            short = (one.radius + other.radius + _GAP - away) / 2
            if short > 0:
                step_x, step_y = across / away * short, down / away * short
                spots[i] = replace(one, x=one.x - step_x, y=one.y - step_y)
                spots[j] = replace(other, x=other.x + step_x, y=other.y + step_y)
    return [replace(spot, x=round(spot.x), y=round(spot.y)) for spot in spots]


def _with_names(spots: list[Spot]) -> tuple[Spot, ...]:
    """Each with its name below it, where that touches neither another spot nor another name."""
    named: list[Spot] = []
    for spot in spots:
        below = (spot.x, spot.y + spot.radius + _NAME_HEIGHT / 2)
        is_free = all(
            abs(other.x - below[0]) > _NAME_REACH + other.radius
            or abs(other.y - below[1]) > _NAME_HEIGHT / 2 + other.radius
            for other in spots
            if other is not spot
        ) and all(
            abs(other.x - below[0]) > 2 * _NAME_REACH
            or abs(other.y + other.radius + _NAME_HEIGHT / 2 - below[1]) > _NAME_HEIGHT
            for other in named
            if other.named
        )
        named.append(replace(spot, named=is_free))
    return tuple(named)


def _foremost(lines: Sequence[StopLine], today: date) -> dict[str, StopLine]:
    """By commune: the next stop that takes place, else the latest one."""
    best: dict[str, StopLine] = {}
    for line in lines:
        known = best.get(line.commune_code)
        if known is None or _weight(line, today) > _weight(known, today):
            best[line.commune_code] = line
    return best


def _weight(line: StopLine, today: date) -> tuple[bool, bool, int]:
    ahead = line.day >= today
    away = (line.day - today).days
    return line.status not in GONE, ahead, -away if ahead else away


def _look(line: StopLine, today: date) -> str:
    return "past" if line.day < today and line.status not in GONE else line.status
