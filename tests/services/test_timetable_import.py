"""The timetable as a spreadsheet: out and in again, every mistake by its line, and nobody loses a place."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from bot.services import stops, timetable_import, timetable_sheets
from bot.services.stop_edits import StopRefused
from bot.services.stop_rows import COLUMNS
from bot.services.timetable_import import Import
from bot.services.timetable_sheets import SheetUnreadable, read, to_csv, to_xlsx
from bot.store.engine import Sessions, transaction
from tests.services.conftest import MakeConversation
from tests.services.editions import (
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
)
from tests.services.plans import COMMUNES, Plans

Rows = list[dict[str, str]]


@pytest.fixture
def plans(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Plans:
    load(
        sessions,
        edition(
            planned(TIFLET, FIRST, services=("jobs", "financing"), own_advisers={"financing": 1}, walk_in=25),
            planned(OULMES, SECOND, breaks=((time(10), time(10, 30)),), venue_fr=None, venue_ar=None),
        ),
        now,
    )
    return Plans(sessions=sessions, now=now, make_conversation=make_conversation)


def exported(plans: Plans) -> Rows:
    with plans.sessions() as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        return timetable_import.export(session, caravan)


def compare(plans: Plans, rows: Rows) -> Import:
    return compare_file(plans, to_csv(rows))


def compare_file(plans: Plans, content: bytes) -> Import:
    with plans.sessions() as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        return timetable_import.compare(
            session, caravan=caravan, lines=read(content), gazetteer=COMMUNES, now=plans.now
        )


def apply(plans: Plans, found: Import) -> None:
    with transaction(plans.sessions) as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        timetable_import.apply(session, caravan=caravan, changes=found.changes, now=plans.now)


def problems(found: Import) -> list[tuple[int, str, str, str]]:
    return [
        (each.number, each.problem.column, each.problem.key, each.problem.value) for each in found.problems
    ]


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_what_goes_out_and_comes_in_again_changes_nothing(plans: Plans, write: object) -> None:
    rows = exported(plans)
    assert callable(write)
    lines = read(write(rows))
    assert [line.cells for line in lines] == rows
    found = compare(plans, [line.cells for line in lines])
    assert (found.problems, found.changes, found.same) == ((), (), 2)


def test_the_examples_timetable_goes_out_and_in_as_it_is(sessions: Sessions, now: datetime) -> None:
    load(sessions, example(), now)
    with sessions() as session:
        caravan = stops.current_caravan(session)
        assert caravan is not None
        lines = read(to_xlsx(timetable_import.export(session, caravan)))
        found = timetable_import.compare(session, caravan=caravan, lines=lines, gazetteer=COMMUNES, now=now)
    assert (found.problems, found.changes, found.same) == ((), (), len(lines))


def test_every_wrong_row_is_named_by_its_line_and_reason(plans: Plans) -> None:
    rows = exported(plans)
    good, other = rows
    wrong: Rows = [
        good | {"commune": "Casablanca"},
        good | {"day": "31/02/2027"},
        good | {"opens": "9h60"},
        good | {"closes": "08:00"},
        good | {"breaks": "14:00-12:00"},
        good | {"advisers": "0", "services": "jobs"},
        good | {"minutes": "x"},
        good | {"services": "jobs; cooking"},
        good | {"walk_in": "101"},
        good | {"latitude": "48.8", "longitude": "2.3"},
        good | {"venue_fr": "x" * 121},
        good | {"status": "cancelled"},
        good | {"closes": "09:10", "breaks": "-"},
        other | {"day": "2026-11-01"},
        other,
        other | {"minutes": "20"},
    ]
    assert problems(compare(plans, wrong)) == [
        (2, "commune", "row_commune", "Casablanca"),
        (3, "day", "row_day", "31/02/2027"),
        (4, "opens", "row_clock", "9h60"),
        (5, "closes", "row_closes", "08:00"),
        (6, "breaks", "row_breaks", "14:00-12:00"),
        (7, "advisers", "row_advisers", "0"),
        (8, "minutes", "row_minutes", "x"),
        (9, "services", "row_services", "jobs; cooking"),
        (10, "walk_in", "row_walk_in", "101"),
        (11, "latitude", "row_point", "48.8"),
        (12, "venue_fr", "row_venue", "x" * 121),
        (13, "status", "row_status", "cancelled"),
        (14, "opens", "plan_no_times", ""),
        (15, "day", "row_past", "2026-11-01"),
        (17, "commune", "row_twice", "16"),
    ]


def test_several_mistakes_in_one_row_are_all_named(plans: Plans) -> None:
    row = exported(plans)[0] | {"day": "tomorrow", "opens": "early"}
    assert [each[1] for each in problems(compare(plans, [row]))] == ["day", "opens"]


def test_new_and_changed_rows_are_shown_and_written(plans: Plans) -> None:
    tiflet, oulmes = exported(plans)
    new = oulmes | {"commune": "Rommani", "day": "10/12/2026", "latitude": "", "longitude": ""}
    found = compare(plans, [tiflet | {"advisers": "3"}, oulmes, new])
    assert next((each.number, each.kind, each.columns) for each in found.changes) == (
        2,
        "changed",
        ("advisers",),
    )
    assert [(each.number, each.kind, each.row.plan.commune_code) for each in found.changes][1] == (
        4,
        "new",
        ROMMANI,
    )
    assert found.same == 1
    apply(plans, found)
    made = stop_at(plans.sessions, at(ROMMANI, date(2026, 12, 10)))
    assert made is not None
    assert set(hours(made).values()) == {2}
    assert plans.stop().advisers == 3


def test_stops_that_the_sheet_leaves_out_stay(plans: Plans) -> None:
    apply(plans, compare(plans, exported(plans)[:1]))
    assert len(exported(plans)) == 2


def test_what_would_leave_people_before_a_closed_door_is_refused(plans: Plans) -> None:
    booking = plans.book(10, stop=stop_at(plans.sessions, at(OULMES, SECOND)))
    assert booking.id
    tiflet, oulmes = exported(plans)
    assert problems(compare(plans, [tiflet, oulmes | {"closes": "11:00"}])) == [
        (3, "commune", "row_needs_plan", "2026-12-07")
    ]
    assert compare(plans, [oulmes | {"advisers": "1"}]).problems == ()


def test_who_books_between_looking_and_writing_is_not_harmed(plans: Plans) -> None:
    tiflet, oulmes = exported(plans)
    found = compare(plans, [tiflet | {"advisers": "3"}, oulmes | {"closes": "11:00"}])
    plans.book(10, stop=stop_at(plans.sessions, at(OULMES, SECOND)))
    with pytest.raises(StopRefused, match="stop_needs_plan"):
        apply(plans, found)
    assert plans.stop().advisers == 2


def test_programs_change_days_hours_and_separators(plans: Plans) -> None:
    tiflet = exported(plans)[0]
    text = ";".join(COLUMNS) + "\n" + ";".join(tiflet[name].replace(";", ",") for name in COLUMNS)
    assert compare(plans, [line.cells for line in read(text.encode())]).same == 1
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(COLUMNS))
    real: dict[str, object] = dict(tiflet) | {
        "day": datetime.combine(FIRST, time()),
        "opens": time(9),
        "advisers": 2.0,
    }
    sheet.append([real[name] for name in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    assert compare(plans, [line.cells for line in read(content.getvalue())]).same == 1


def test_what_french_excel_saves_is_read(plans: Plans) -> None:
    """Semicolons, decimal commas, days as 15/03/2027, hours as 9h00, and a byte order mark."""
    cells = {
        "commune": "Tiflet",
        "day": "15/03/2027",
        "opens": "9h00",
        "closes": "12:00:00",
        "advisers": "2",
        "minutes": "30",
        "venue_fr": "Maison des jeunes, 1er étage",
        "venue_ar": "دار الشباب",
        "latitude": "33,89",
        "longitude": "-6,31",
    }
    text = "\r\n".join([";".join(cells), ";".join(cells.values()), ";" * 9])
    (change,) = compare_file(plans, b"\xef\xbb\xbf" + text.encode()).changes
    plan = change.row.plan
    assert (plan.day, plan.opens_at, plan.closes_at) == (date(2027, 3, 15), time(9), time(12))
    assert (plan.latitude, plan.longitude) == (33.89, -6.31)
    assert (plan.venue_fr, plan.venue_ar) == (cells["venue_fr"], cells["venue_ar"])


def test_the_empty_rest_of_merged_cells_is_named_by_its_line(plans: Plans) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["commune", "day", "opens", "closes", "advisers", "minutes"])
    for day in (15, 16):
        sheet.append(["Tiflet", date(2027, 3, day), time(9), time(12), 1, 30])
    sheet.merge_cells("A2:A3")
    content = io.BytesIO()
    book.save(content)
    found = compare_file(plans, content.getvalue())
    assert problems(found) == [(3, "commune", "row_commune", "")]


def _workbook_with(part: str, content: bytes) -> bytes:
    """A workbook one part of which is something else."""
    whole, spoilt = io.BytesIO(to_xlsx([])), io.BytesIO()
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(spoilt, "w") as written:
        for name in parts.namelist():
            written.writestr(name, content if name == part else parts.read(name))
    return spoilt.getvalue()


def test_a_cell_that_looks_like_a_formula_is_no_formula(plans: Plans, tmp_path: Path) -> None:
    row = exported(plans)[0] | {"venue_fr": "=1+1"}
    for content in (to_csv([row]), to_xlsx([row])):
        assert b"'=1+1" in content or content.startswith(b"PK")
        assert read(content)[0].cells["venue_fr"] == "=1+1"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "sheet_empty"),
        (b"commune,day\n", "sheet_column"),
        (b"PK nonsense", "sheet_broken"),
        ("commune;jour é".encode("latin-1"), "sheet_not_utf8"),
        (b'commune,"day\n', "sheet_broken"),
        (b"commune;day\0;opens", "sheet_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet_not_utf8"),
        ("commune;day".encode("utf-16"), "sheet_not_utf8"),
        (b"Calendrier 2027;;\ncommune;day;opens", "sheet_column"),
        (_workbook_with("xl/workbook.xml", b"<workbook"), "sheet_broken"),
        (_workbook_with("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "sheet_broken"),
        (_workbook_with("[Content_Types].xml", b"<Types"), "sheet_broken"),
        ((",".join(COLUMNS) + "\n" * 2100).encode(), "sheet_long"),
    ],
)
def test_what_is_no_timetable_is_refused_as_a_whole(content: bytes, problem: str) -> None:
    with pytest.raises(SheetUnreadable) as refused:
        timetable_sheets.read(content)
    assert refused.value.problem == problem
