"""Which commune a point lies in."""

from __future__ import annotations

from functools import lru_cache

import shapely
from shapely import STRtree
from shapely.ops import nearest_points

from bot.core.geo import Point, distance_km
from bot.gazetteer.gazetteer import Gazetteer

_GAP_KM = 0.6
"""Neighbouring outlines do not quite touch; a point this near to one of two or more neighbours lies between
them.
"""

_EDGE_KM = 0.15
"""At the province's edge only this much is forgiven: the outlines are drawn no finer."""


class Outlines:
    """The outlines of a gazetteer's communes, ready to be asked."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        shapes = gazetteer.shapes
        self._codes = [shape.code for shape in shapes]
        self._areas = [shapely.make_valid(shapely.Polygon(shape.ring)) for shape in shapes]
        self._tree = STRtree(self._areas)

    def commune_at(self, point: Point) -> str | None:
        """The HCP code of the commune that holds the point; ``None`` outside the province."""
        place = shapely.Point(point.longitude, point.latitude)
        holding = [int(index) for index in self._tree.query(place, predicate="intersects")]
        if holding:
            # A town lies inside the rural commune of the same name around it: the smallest outline knows
            # best.
            return self._codes[min(holding, key=lambda index: self._areas[index].area)]
        return self._nearest(point, place)

    def _nearest(self, point: Point, place: shapely.Point) -> str | None:
        near: dict[str, float] = {}
        for found in self._tree.query(place.buffer(0.01)):
            index = int(found)
            edge = nearest_points(self._areas[index], place)[0]
            away = distance_km(point, Point(latitude=edge.y, longitude=edge.x))
            near[self._codes[index]] = min(away, near.get(self._codes[index], away))
        if not near:
            return None
        code = min(near, key=lambda known: near[known])
        between = sum(away <= _GAP_KM for away in near.values()) >= 2
        return code if near[code] <= _EDGE_KM or (between and near[code] <= _GAP_KM) else None


@lru_cache(maxsize=4)
def _outlines(gazetteer: Gazetteer) -> Outlines:
    return Outlines(gazetteer)


def commune_at(gazetteer: Gazetteer, latitude: float, longitude: float) -> str | None:
    """The HCP code of the commune of ``gazetteer`` at a point in degrees (WGS 84); ``None`` outside its
    province.
    """
    return _outlines(gazetteer).commune_at(Point(latitude=latitude, longitude=longitude))
