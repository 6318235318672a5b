"""The province as lines on paper: its communes' outlines, simplified, in the units of an SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians

import shapely

from bot.core.geo import Point
from bot.gazetteer.gazetteer import Gazetteer
from bot.gazetteer.shapes import Ring

WIDTH = 600
_MARGIN = 14
_TOLERANCE = 0.003
"""Degrees, some 300 m: less than a pixel where the whole province is shown."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Outlines by commune as the ``d`` of SVG paths, in a box of :data:`WIDTH` by ``height`` units with north above.

    ``west`` and ``north`` are its edges in degrees, ``scale`` the units of a degree of latitude, ``narrow`` how much shorter
    a degree of longitude is.
    """

    height: int
    outlines: tuple[tuple[str, str], ...]
    west: float
    north: float
    scale: float
    narrow: float

    def place(self, point: Point) -> tuple[int, int]:
        """Where a point of the province lies in the box: units from the left and from above."""
        return _at(self, point.longitude, point.latitude)

    def point(self, across: float, down: float) -> Point:
        """The point that lies there in the box; the other way round of :meth:`place`."""
        return Point(
            latitude=self.north - (down - _MARGIN) / self.scale,
            longitude=self.west + (across - _MARGIN) / (self.scale * self.narrow),
        )


@lru_cache(maxsize=4)
def drawing(gazetteer: Gazetteer) -> Drawing:
    """The drawing of a province, made once. Raises :class:`bot.gazetteer.shapes.NoOutlines`."""
    rings = [(shape.code, shape.ring) for shape in gazetteer.shapes if not shape.centre]
    west, south, east, north = _edges(ring for _, ring in rings)
    narrow = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * _MARGIN) / ((east - west) * narrow)
    frame = Drawing(
        height=round((north - south) * scale) + 2 * _MARGIN,
        outlines=(),
        west=west,
        north=north,
        scale=scale,
        narrow=narrow,
    )
    paths = tuple((code, _path(frame, ring)) for code, ring in rings)
    return Drawing(height=frame.height, outlines=paths, west=west, north=north, scale=scale, narrow=narrow)


def _edges(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    points = [point for ring in rings for point in ring]
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _path(frame: Drawing, ring: Ring) -> str:
    simple = shapely.make_valid(shapely.Polygon(ring)).simplify(_TOLERANCE)
    points = [_at(frame, *point) for point in shapely.get_coordinates(simple)]
    return "M" + "L".join(f"{across} {down}" for across, down in points) + "Z"


def _at(frame: Drawing, longitude: float, latitude: float) -> tuple[int, int]:
    across = (longitude - frame.west) * frame.narrow * frame.scale + _MARGIN
    down = (frame.north - latitude) * frame.scale + _MARGIN
    return round(across), round(down)
