"""The province on the calendar page."""

from __future__ import annotations

from datetime import date, time
from itertools import combinations
from math import hypot

from bot.gazetteer import Gazetteer
from bot.services.desk import StopLine
from bot.web.console.province_map import ProvinceMap, province_map

TODAY = date(2026, 12, 1)
KHEMISSET = Gazetteer.load("04.291")
TIFLET, OULMES = "04.291.01.05", "04.291.05.11"


def line(code: str, day: int, *, status: str = "confirmed", taken: int = 0) -> StopLine:
    return StopLine(
        stop_id=day,
        commune_code=code,
        day=date(2026, 12, day),
        opens_at=time(9),
        closes_at=time(16),
        venue_fr=None,
        venue_ar=None,
        status=status,
        taken=taken,
        capacity=20,
    )


def drawn(*lines: StopLine, today: date = TODAY) -> ProvinceMap:
    return province_map(KHEMISSET, lines, today=today, centre=KHEMISSET.point)


def test_every_commune_is_drawn_and_the_page_stays_light() -> None:
    found = drawn()
    assert {code for code, _ in found.outlines} == set(KHEMISSET.communes)
    assert 5_000 < sum(len(path) for _, path in found.outlines) < 40_000


def test_north_is_above_and_east_is_right() -> None:
    tiflet, oulmes = drawn(line(TIFLET, 3), line(OULMES, 4)).spots
    assert tiflet.y < oulmes.y
    assert tiflet.x < oulmes.x


def test_of_several_stops_the_next_one_that_takes_place_is_shown() -> None:
    stops = (
        line(TIFLET, 3, status="cancelled"),
        line(TIFLET, 9),
        line(TIFLET, 5),
        line(OULMES, 2, status="moved"),
    )
    assert [(spot.line.day.day, spot.look) for spot in drawn(*stops).spots] == [
        (5, "confirmed"),
        (2, "moved"),
    ]
    later = drawn(*stops, today=date(2026, 12, 20))
    assert [(spot.line.day.day, spot.look) for spot in later.spots] == [(9, "past"), (2, "moved")]


def test_more_bookings_are_a_larger_spot() -> None:
    tiflet, oulmes = drawn(line(TIFLET, 3, taken=12), line(OULMES, 4, taken=1)).spots
    assert tiflet.radius > oulmes.radius


def test_no_spot_covers_another_and_no_name_another_name() -> None:
    found = drawn(*(line(code, 3 + number % 20, taken=9) for number, code in enumerate(KHEMISSET.communes)))
    assert len(found.spots) == len(KHEMISSET.communes)
    for one, other in combinations(found.spots, 2):
        assert hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius - 6
    named = [spot for spot in found.spots if spot.named]
    assert named
    for one, other in combinations(named, 2):
        assert abs(one.x - other.x) > 60 or abs(one.y + one.radius - other.y - other.radius) > 15
