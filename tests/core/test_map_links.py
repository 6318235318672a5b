from __future__ import annotations

import pytest

from bot.core.geo import Point
from bot.core.map_links import is_short_link, read_point, write_point


@pytest.mark.parametrize(
    "written",
    [
        "33.82406, -6.06627",
        " (33.82406 , -6.06627) ",
        "33,82406 ; -6,06627",
        "33.82406 -6.06627",
        "33.82406° N, 6.06627° W",
        "33.82406 N, 6.06627 O",
        "33.82406، -6.06627",
        "geo:33.82406,-6.06627?z=17",
        "https://maps.google.com/?q=33.82406,-6.06627",
        "https://www.google.com/maps/search/?api=1&query=33.82406%2C-6.06627",
        "https://www.google.com/maps/search/33.82406,+-6.06627?entry=tts",
        "https://www.google.com/maps/@33.82406,-6.06627,17z",
        # The pin, and not the middle of the map.
        "https://www.google.com/maps/place/Souk/@33.1,-6.1,17z/data=!3m1!4b1!4m6!8m2!3d33.82406!4d-6.06627",
        "https://www.openstreetmap.org/?mlat=33.82406&mlon=-6.06627#map=12/33.1/-6.1",
        "https://www.openstreetmap.org/#map=17/33.82406/-6.06627",
    ],
)
def test_a_point_is_read_from_numbers_and_from_links(written: str) -> None:
    assert read_point(written) == Point(latitude=33.82406, longitude=-6.06627)


@pytest.mark.parametrize(
    "written", ["", "Tiflet", "33.82", "https://maps.app.goo.gl/abc", "133.5, -6.1", "33 6"]
)
def test_what_is_no_point_is_none(written: str) -> None:
    assert read_point(written) is None


def test_a_short_link_is_known() -> None:
    assert is_short_link("https://maps.app.goo.gl/AbC1")
    assert not is_short_link("https://www.google.com/maps/@33.82406,-6.06627,17z")


def test_a_written_point_is_read_again() -> None:
    point = Point(latitude=33.82406, longitude=-6.06627)
    assert read_point(write_point(point)) == point
