"""Points on the earth and the distance between them."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

_EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place on the earth in degrees (WGS 84)."""

    latitude: float
    longitude: float


def map_link(latitude: float, longitude: float) -> str:
    """A link that opens a place (degrees, WGS 84) in whatever map the phone has."""
    return f"https://maps.google.com/?q={latitude:.5f},{longitude:.5f}"


def distance_km(one: Point, other: Point) -> float:
    """Kilometres along the great circle (haversine), as the crow flies."""
    latitude_1, latitude_2 = radians(one.latitude), radians(other.latitude)
    half_chord = (
        sin((latitude_2 - latitude_1) / 2) ** 2
        + cos(latitude_1) * cos(latitude_2) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))
