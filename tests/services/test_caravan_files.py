"""Loading caravans: what becomes current."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.core.reminder_rules import CASABLANCA
from bot.services import caravan_files, stops
from bot.services.caravan_files import CaravanFileInvalid, appointment_times
from bot.store.engine import Sessions, transaction
from bot.store.models import Caravan, Stop
from tests.services.editions import (
    EXAMPLE,
    FIRST,
    OULMES,
    ROMMANI,
    SECOND,
    TIFLET,
    at,
    edition,
    example,
    hours,
    load,
    planned,
    stop_at,
    the_stop_at,
)


def test_the_first_start_loads_the_example_from_today(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        assert caravan_files.load_if_empty(session, EXAMPLE, now=now)
    with sessions() as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        assert (caravan.code, caravan.province_code, caravan.is_example) == ("khemisset-2021", "04.291", True)
        assert caravan.facts["answers"]["ask_cost"]["fr"].startswith(
            "Les formations de la caravane sont gratuites."
        )
        assert caravan.facts["slogan"]["ar"] == "أنا جيت أنا معك"
        assert "ask_documents" in caravan.facts["unknown_answers"]
        views = stops.upcoming(session, now=now)
        assert [(view.commune_code, view.day) for view in views] == [
            (stop.commune_code, stop.day) for stop in example().stops
        ]
        assert all(
            view.free == 2 * len(appointment_times(stop))
            for view, stop in zip(views, example().stops, strict=True)
        )


def test_the_day_of_installation_is_the_one_in_morocco(sessions: Sessions, now: datetime) -> None:
    just_after_midnight = datetime(2026, 11, 24, 0, 30, tzinfo=CASABLANCA)
    with transaction(sessions) as session:
        caravan_files.load_if_empty(session, EXAMPLE, now=just_after_midnight.astimezone(tz=None))
        first = session.scalar(select(func.min(Stop.day)))
    assert first == date(2026, 11, 27)


def test_later_starts_load_nothing(sessions: Sessions, now: datetime) -> None:
    load(sessions, edition(), now)
    with transaction(sessions) as session:
        assert not caravan_files.load_if_empty(session, EXAMPLE, now=now)
        assert session.scalars(select(Caravan.code)).all() == ["spring"]


def test_two_first_starts_at_once_load_once(sessions: Sessions, now: datetime) -> None:
    def start(_: int) -> bool:
        with transaction(sessions) as session:
            return caravan_files.load_if_empty(session, EXAMPLE, now=now)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(start, range(2))) == [False, True]


def test_a_broken_file_loads_nothing(sessions: Sessions, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "caravan.yml"
    for province in ('"04.291"', '"77.777"'):
        path.write_text(f"province: {province}\ncode: x1\n", encoding="utf-8")
        with pytest.raises(CaravanFileInvalid), transaction(sessions) as session:
            caravan_files.load_if_empty(session, path, now=now)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Caravan)) == 0


def test_a_new_edition_becomes_the_current_one(sessions: Sessions, now: datetime) -> None:
    load(sessions, example(), now)
    load(sessions, edition(), now)
    with sessions() as session:
        current = session.scalars(select(Caravan.code).where(Caravan.is_current)).all()
    assert current == ["spring"]
    the_stop_at(sessions, at(TIFLET, FIRST))


def test_loading_the_same_file_again_changes_nothing(sessions: Sessions, now: datetime) -> None:
    first = load(sessions, edition(), now)
    before = the_stop_at(sessions, at(TIFLET, FIRST))
    again = load(sessions, edition(), now)
    after = the_stop_at(sessions, at(TIFLET, FIRST))
    assert first.id == again.id
    assert (before.id, before.version, 1) == (after.id, after.version, before.version)
    assert [time.id for time in before.appointment_times] == [time.id for time in after.appointment_times]


def test_words_and_stops_are_brought_up_to_date(sessions: Sessions, now: datetime) -> None:
    load(sessions, edition(), now)
    changed = replace(
        edition(),
        unknown_answers=(),
        stops=(
            planned(TIFLET, FIRST, closes_at=time(11), advisers=4, venue_fr="Gare"),
            planned(ROMMANI, SECOND),
        ),
    )
    assert load(sessions, changed, now).facts["unknown_answers"] == []
    tiflet = the_stop_at(sessions, at(TIFLET, FIRST))
    assert hours(tiflet) == {"09:00": 4, "10:00": 4}
    assert (tiflet.closes_at, tiflet.venue_fr, tiflet.version) == (time(11), "Gare", 2)
    assert stop_at(sessions, at(OULMES, SECOND)) is None
    assert hours(the_stop_at(sessions, at(ROMMANI, SECOND))) == {"09:00": 2, "10:00": 2, "11:00": 2}
