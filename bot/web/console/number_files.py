"""The numbers as files: CSV, and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from starlette.responses import Response

from bot.services.overview import DayNumbers
from bot.services.stop_numbers import Counts, StopNumbers
from bot.web.places import PlaceNames
from bot.web.wording import Words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COUNTED = ("asked", "booked", "reminded", "came", "no_show", "walk_ins", "no_show_rate")
Cell = str | int | float | None
Rows = Sequence[Sequence[Cell]]


def stop_rows(found: Iterable[StopNumbers], words: Words, places: PlaceNames) -> Rows:
    """A heading, and a row for each stop."""
    rows: Rows = [
        [one.day.isoformat(), places(one.commune_code, words.language), *_counts(one.total)] for one in found
    ]
    return [_heading(words, "day", "commune", *COUNTED), *rows]


def commune_rows(found: Mapping[str, Counts], words: Words, places: PlaceNames) -> Rows:
    """A heading, and a row for each commune."""
    rows: Rows = [[places(code, words.language), *_counts(counts)] for code, counts in found.items()]
    return [_heading(words, "commune", *COUNTED), *rows]


def day_rows(found: Iterable[DayNumbers], words: Words) -> Rows:
    """A heading, and a row for each day."""
    rows: Rows = [[one.day.isoformat(), one.messages, one.refused, one.handoffs] for one in found]
    return [_heading(words, "day", "messages", "refused", "handoffs"), *rows]


def csv_file(name: str, rows: Rows) -> Response:
    """CSV in UTF-8 with a mark by which Excel knows it."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return _file(f"{name}.csv", written.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def workbook(name: str, sheets: Mapping[str, Rows], words: Words) -> Response:
    """A workbook with a sheet for each title; from right to left in Arabic."""
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_view.rightToLeft = words.direction == "rtl"
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return _file(f"{name}.xlsx", written.getvalue(), XLSX)


def _counts(counts: Counts) -> list[Cell]:
    rate = counts.no_show_rate
    people: list[Cell] = [getattr(counts, name) for name in COUNTED[:-1]]
    return [*people, None if rate is None else round(rate, 3)]


def _heading(words: Words, *names: str) -> list[Cell]:
    return [words(f"numbers_{name}") for name in names]


def _file(name: str, content: bytes, media_type: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=disposition)
