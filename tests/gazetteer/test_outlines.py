from __future__ import annotations

import pytest

from tests.core.province import khemisset

pytest.importorskip("shapely", reason="Rasa's environment asks for no pins")

from bot.gazetteer.outlines import commune_at


def test_every_commune_holds_its_own_point() -> None:
    for code in khemisset().communes:
        point = khemisset().point(code)
        assert commune_at(khemisset(), point.latitude, point.longitude) == code


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (33.8241, -6.0663, "04.291.01.01"),
        (33.8946, -6.3065, "04.291.01.05"),
        (33.5306, -6.6010, "04.291.01.03"),
        (33.4239, -6.0131, "04.291.05.11"),
    ],
)
def test_pins_in_towns(latitude: float, longitude: float, code: str) -> None:
    assert commune_at(khemisset(), latitude, longitude) == code


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(34.0209, -6.8416), (33.8950, -5.5547), (33.5731, -7.5898), (0.0, 0.0), (90.0, 180.0), (34.26, -6.58)],
)
def test_pins_outside_the_province(latitude: float, longitude: float) -> None:
    assert commune_at(khemisset(), latitude, longitude) is None


def test_no_hole_between_neighbours() -> None:
    """On a line from Tiflet to Khémisset, all of it inside the province, every point has its commune."""
    steps = 400
    for step in range(steps + 1):
        share = step / steps
        latitude = 33.8946 + share * (33.8241 - 33.8946)
        longitude = -6.3065 + share * (-6.0663 + 6.3065)
        assert commune_at(khemisset(), latitude, longitude) is not None, (latitude, longitude)
