from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.geo import Point, distance_km
from bot.gazetteer import Gazetteer, UnknownCommune, UnknownProvince
from bot.gazetteer.aliases import Aliases, BrokenAliases
from bot.gazetteer.shapes import NoOutlines, read
from tests.core.province import khemisset


def test_the_35_communes_of_khemisset_in_both_scripts() -> None:
    communes = khemisset().communes
    assert len(communes) == 35
    assert all(code.startswith("04.291.") for code in communes)
    tiflet = khemisset().commune("04.291.01.05")
    assert (tiflet.name("fr"), tiflet.name("ary-Latn"), tiflet.name("ar"), tiflet.name("ary-Arab")) == (
        "Tiflet",
        "Tiflet",
        "تيفلت",
        "تيفلت",
    )
    assert tiflet.urban
    assert tiflet.province_code == "04.291"


def test_names_to_show_may_be_better_than_the_official_ones() -> None:
    assert khemisset().commune("04.291.07.15").name_fr == "Moulay Driss Aghbal"


def test_codes_that_do_not_exist() -> None:
    with pytest.raises(UnknownCommune):
        khemisset().commune("04.281.01.01")
    with pytest.raises(UnknownCommune):
        khemisset().point("99.999.01.01")
    with pytest.raises(UnknownProvince):
        Gazetteer.load("99.999")


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("04.291.01.01", 33.824, -6.066),
        ("04.291.01.05", 33.895, -6.307),
        ("04.291.01.03", 33.531, -6.601),
        ("04.291.05.11", 33.424, -6.013),
        ("04.291.01.17", 34.003, -6.533),
    ],
)
def test_points_lie_in_the_towns(code: str, latitude: float, longitude: float) -> None:
    assert distance_km(khemisset().point(code), Point(latitude=latitude, longitude=longitude)) < 3


def test_every_commune_has_a_point() -> None:
    for code in khemisset().communes:
        point = khemisset().point(code)
        assert 33.0 < point.latitude < 34.4
        assert -7.1 < point.longitude < -5.5


def test_what_lies_outside_has_a_name() -> None:
    assert khemisset().outside_name("04.421.01.0", "fr") == "Rabat"
    assert khemisset().outside_name("abroad:france", "ary-Arab") == "فرنسا"
    assert khemisset().outside_name("nowhere", "fr") is None


@pytest.mark.parametrize("province", ["04.281", "09.001", "01.511", "03.061"])
def test_any_province_can_be_loaded_with_its_outlines(province: str) -> None:
    gazetteer = Gazetteer.load(province)
    codes = {shape.code for shape in gazetteer.shapes}
    assert len(codes & set(gazetteer.communes)) >= 0.9 * len(gazetteer.communes)


def test_a_province_without_outlines_is_told() -> None:
    with pytest.raises(NoOutlines):
        read("04.999")


def test_the_file_of_spellings_names_only_codes_that_exist() -> None:
    gazetteer = khemisset()
    aliases = Aliases.read()
    for code in aliases.communes:
        assert gazetteer.outside_name(code, "fr") is not None, code
    for shared in aliases.shared:
        assert all(gazetteer.outside_name(code, "fr") for code in shared.codes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("communes: [a", "not valid YAML"),
        ("[]", "mapping"),
        ("communes: [a]", "communes"),
        ("communes: {'04.291.01.01': {names: [khmissat, 5]}}", "quotes"),
        ("communes: {'04.291.01.01': {names: khmissat}}", "list of names"),
    ],
)
def test_mistakes_in_the_file_of_spellings_are_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "aliases.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BrokenAliases, match=message):
        Aliases.read(path)


def test_a_new_spelling_needs_only_a_line(tmp_path: Path) -> None:
    from bot.core.places import match

    path = tmp_path / "aliases.yml"
    path.write_text("communes: {'04.291.01.05': {names: [bab zemmour]}}", encoding="utf-8")
    (mention,) = match("ana mn bab zmmour", Gazetteer.load("04.291", path))
    assert mention.code == "04.291.01.05"


def test_distance() -> None:
    rabat, khemisset_town = (
        Point(latitude=34.0209, longitude=-6.8416),
        Point(latitude=33.824, longitude=-6.066),
    )
    assert distance_km(rabat, khemisset_town) == pytest.approx(74.9, abs=1)
    assert distance_km(rabat, rabat) == 0
