"""The day's list on paper: A4, in Arabic from right to left, with room to write by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TextDirection, XPos, YPos

from bot.core.texts import CASABLANCA
from bot.services.day_list import DayLine
from bot.web.wording import Words

FONTS = Path(__file__).parent.parent / "fonts"
COLUMNS = (
    ("print_hour", 16),
    ("print_code", 22),
    ("print_name", 58),
    ("print_service", 32),
    ("print_came", 16),
    ("print_next", 46),
)
"""Keys of the headings, and widths in millimetres: 190 of A4's 210."""
ROW, BLANK_LINES = 9.0, 8
_MARGIN, _FOOT, _SIZE = 10.0, 18.0, 11


@dataclass(frozen=True, kw_only=True)
class PrintedStop:
    """What the list is of; hours are local (Africa/Casablanca). ``lines`` are those with an appointment."""

    place: str
    venue: str | None
    day: date
    opens_at: time
    closes_at: time
    lines: tuple[DayLine, ...]


class _Sheet(FPDF):
    """A page that says what to do with it, and its number, at its foot."""

    def __init__(self, words: Words, made: str) -> None:
        super().__init__(format="A4")
        self._words, self._made = words, made
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, margin=_FOOT)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("plex", style, FONTS / f"IBMPlexSansArabic-{name}.woff")
        right_to_left = words.direction == "rtl"
        self.side = Align.R if right_to_left else Align.L
        self.set_text_shaping(True, direction=TextDirection.RTL if right_to_left else None)
        self.set_title(words("print_title"))
        self.set_lang(words.language)
        self.alias_nb_pages()

    def footer(self) -> None:
        """The foot of every page."""
        self.set_y(-_FOOT + 4)
        self.set_font("plex", "", 8)
        self.cell(0, 4, self._made, align=self.side, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        number = self._words("print_page", number=self.page_no(), total="{nb}")
        self.cell(0, 4, number, align=self.side)


def printed_list(stop: PrintedStop, words: Words, *, now: datetime) -> bytes:
    """The PDF. ``now`` is aware; it says when the list was made."""
    local = now.astimezone(CASABLANCA)
    sheet = _Sheet(words, words("print_made", day=words.day(local), hour=f"{local:%H:%M}"))
    sheet.add_page()
    _head(sheet, stop, words)
    _row(sheet, [words(key) for key, _ in COLUMNS], style="B")
    for line in stop.lines:
        _row(sheet, _cells(line, words))
    sheet.ln(4)
    sheet.set_font("plex", "B", _SIZE)
    sheet.cell(0, 8, words("print_free_lines"), align=sheet.side, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for _ in range(BLANK_LINES):
        _row(sheet, [""] * len(COLUMNS))
    return bytes(sheet.output())


def _head(sheet: _Sheet, stop: PrintedStop, words: Words) -> None:
    title = f"{words('print_title')} – {stop.place}"
    hours = f"{stop.opens_at:%H:%M} – {stop.closes_at:%H:%M}"
    for style, size, text in (
        ("B", 16, title),
        ("", 12, f"{words.day(stop.day)} · {hours}"),
        ("", 12, stop.venue or ""),
    ):
        if text:
            sheet.set_font("plex", style, size)
            sheet.multi_cell(0, size * 0.55, text, align=sheet.side, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(3)


def _cells(line: DayLine, words: Words) -> list[str]:
    hour = f"{line.starts_at.astimezone(CASABLANCA):%H:%M}" if line.starts_at else ""
    service = words(f"day_service_{line.service}") if line.service else ""
    came = {True: "✓", False: "–", None: ""}[line.came]
    return [hour, line.code or "", line.name or "", service, came, line.what_next or ""]


def _row(sheet: _Sheet, cells: list[str], style: str = "") -> None:
    """One line with borders, whose columns run in the direction of the language."""
    if sheet.will_page_break(ROW):
        sheet.add_page()
    columns = list(zip(cells, COLUMNS, strict=True))
    if sheet.side is Align.R:
        columns.reverse()
    for text, (_, width) in columns:
        sheet.set_font("plex", style, _fitting(sheet, text, width, style))
        sheet.cell(width, ROW, _cut(sheet, text, width), border=1, align=sheet.side)
    sheet.ln(ROW)


def _fitting(sheet: _Sheet, text: str, width: float, style: str) -> int:
    """The largest size down to 8 points in which the text fits its column."""
    for size in range(_SIZE, 8, -1):
        sheet.set_font("plex", style, size)
        if sheet.get_string_width(text) <= width - 2:
            return size
    return 8


def _cut(sheet: _Sheet, text: str, width: float) -> str:
    """What of the text fits, with a mark where something was left out."""
    if sheet.get_string_width(text) <= width - 2:
        return text
    kept = text
    while kept and sheet.get_string_width(f"{kept}…") > width - 2:
        kept = kept[:-1]
    return f"{kept}…"
