"""The timetable as a spreadsheet: CSV or XLSX, out and in again."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from bot.core.errors import InvalidInput
from bot.services.stop_rows import COLUMNS

MOST_ROWS = 2000
_GUARDED = ("=", "+", "@", "\t", "\r")
"""A cell that begins so would be taken for a formula by spreadsheet programs."""


class SheetUnreadable(InvalidInput):
    """The file is no timetable. ``problem`` is the key of the console's words that say why; ``value`` is named in them."""

    def __init__(self, problem: str, value: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.value = value


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the sheet: its ``number`` as spreadsheet programs show it, and its cells by column."""

    number: int
    cells: dict[str, str]


def to_csv(rows: Iterable[dict[str, str]]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheet programs know Arabic."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({column: _guard(row[column]) for column in COLUMNS} for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def to_xlsx(rows: Iterable[dict[str, str]]) -> bytes:
    """A workbook of one sheet, all cells texts."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("timetable")
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([_guard(row[column]) for column in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes) -> list[Line]:
    """The rows of a file that is either; empty ones are left out. Raises SheetUnreadable."""
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if not rows:
        raise SheetUnreadable("sheet_empty")
    header = [name.strip().lower() for name in rows[0]]
    for needed in ("commune", "day", "opens", "closes", "advisers", "minutes"):
        if needed not in header:
            raise SheetUnreadable("sheet_column", needed)
    if len(rows) > MOST_ROWS:
        raise SheetUnreadable("sheet_long", str(MOST_ROWS))
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: _unguard(cell) for name, cell in zip(header, row, strict=False) if name in COLUMNS}
        if any(cells.values()):
            lines.append(Line(number=number, cells=cells))
    return lines


def _csv(content: bytes) -> list[Sequence[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetUnreadable("sheet_not_utf8") from None
    if "\0" in text:
        raise SheetUnreadable("sheet_broken")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise SheetUnreadable("sheet_broken") from None


def _xlsx(content: bytes) -> list[Sequence[str]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [
            [_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1)
        ]
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError, IndexError):
        raise SheetUnreadable("sheet_broken") from None
    return list(rows)


def _text(cell: object) -> str:
    """A cell as the staff see it: days and hours may be real ones, made by their program."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _guard(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def _unguard(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell
