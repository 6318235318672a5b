"""A stop as the staff write it, in a form or in a row of a spreadsheet, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from bot.core.geo import Point
from bot.core.text import fold
from bot.core.timetable import SERVICES, Break, PlannedStop, default_breaks, planned_times
from bot.gazetteer import Gazetteer, UnknownCommune
from bot.services.stop_edits import SETTABLE

COLUMNS = (
    "commune",
    "day",
    "opens",
    "closes",
    "breaks",
    "advisers",
    "minutes",
    "services",
    "walk_in",
    "venue_fr",
    "venue_ar",
    "latitude",
    "longitude",
    "status",
)
LONGEST_VENUE = 120
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:hH]([0-5]\d)(?::00)?")


@dataclass(frozen=True, kw_only=True)
class RowProblem:
    """``key`` is that of the console's words, which hold ``{value}``: what was written in ``column``."""

    column: str
    key: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A stop that was read: how it is planned, and its status."""

    plan: PlannedStop
    status: str


@dataclass(kw_only=True)
class _Reader:
    """Reads one row; problems are gathered, and None stands for what could not be read."""

    cells: Mapping[str, str]
    gazetteer: Gazetteer
    problems: list[RowProblem] = field(default_factory=list)

    def cell(self, column: str) -> str:
        return " ".join(self.cells.get(column, "").split())

    def refuse(self, column: str, key: str) -> None:
        self.problems.append(RowProblem(column=column, key=key, value=self.cell(column)))

    def commune(self) -> str | None:
        written = self.cell("commune")
        if written in self.gazetteer.communes:
            return written
        named = [
            code
            for code, each in self.gazetteer.communes.items()
            if written and fold(written) in (fold(each.name_fr), fold(each.name_ar))
        ]
        if len(named) != 1:
            self.refuse("commune", "row_commune")
            return None
        return named[0]

    def day(self) -> date | None:
        match = _DAY.fullmatch(self.cell("day").split(" ")[0])
        try:
            if match is not None:
                year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
                return date(int(year), int(month), int(day))
        except ValueError:
            pass
        self.refuse("day", "row_day")
        return None

    def clock(self, column: str) -> time | None:
        found = _clock(self.cell(column))
        if found is None:
            self.refuse(column, "row_clock")
        return found

    def whole(self, column: str, least: int, most: int, default: str = "") -> int | None:
        written = self.cell(column) or default
        if re.fullmatch(r"\d{1,4}(\.0)?", written) and least <= int(float(written)) <= most:
            return int(float(written))
        self.refuse(column, f"row_{column}")
        return None

    def breaks(self, day: date | None) -> tuple[Break, ...]:
        written = self.cell("breaks")
        if written == "-" or day is None:
            return ()
        if not written:
            return default_breaks(day)
        breaks = []
        for part in re.split(r"[;,]", written):
            ends = [_clock(each.strip()) for each in re.split(r"[-–]", part)]
            if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[1] <= ends[0]:
                self.refuse("breaks", "row_breaks")
                return ()
            breaks.append((ends[0], ends[1]))
        return tuple(breaks)

    def services(self) -> dict[str, int]:
        written = self.cell("services")
        if not written:
            return dict.fromkeys(SERVICES, 0)
        services: dict[str, int] = {}
        for part in filter(None, (each.strip() for each in re.split(r"[;,]", written))):
            name, _, own = part.partition(":")
            if name not in SERVICES or name in services or not re.fullmatch(r"\d{0,2}", own):
                self.refuse("services", "row_services")
                return {}
            services[name] = int(own or 0)
        return services

    def point(self, commune: str | None) -> Point | None:
        written = self.cell("latitude"), self.cell("longitude")
        if written == ("", ""):
            if commune is None:
                return None  # that is the mistake; where it lies would have followed from it
            try:
                return self.gazetteer.point(commune)
            except UnknownCommune:
                pass
        try:
            latitude, longitude = (float(each.replace(",", ".")) for each in written)
        except ValueError:
            latitude = longitude = 0.0
        if 20.0 <= latitude <= 36.5 and -18.0 <= longitude <= -0.5:
            return Point(latitude=latitude, longitude=longitude)
        self.refuse("latitude", "row_point")
        return None

    def venue(self, column: str) -> str | None:
        if len(self.cell(column)) > LONGEST_VENUE:
            self.refuse(column, "row_venue")
        return self.cell(column) or None


def read(cells: Mapping[str, str], gazetteer: Gazetteer) -> Row | list[RowProblem]:
    """The stop that the cells describe (by :data:`COLUMNS`), or everything that is wrong with it."""
    reader = _Reader(cells=cells, gazetteer=gazetteer)
    commune, day = reader.commune(), reader.day()
    opens, closes = reader.clock("opens"), reader.clock("closes")
    breaks, services = reader.breaks(day), reader.services()
    own = {name: number for name, number in services.items() if number}
    advisers = reader.whole("advisers", 0 if own else 1, 100)
    minutes, walk_in = reader.whole("minutes", 5, 240), reader.whole("walk_in", 0, 100, "0")
    point = reader.point(commune)
    venues = reader.venue("venue_fr"), reader.venue("venue_ar")
    status = reader.cell("status") or "confirmed"
    if status not in SETTABLE:
        reader.refuse("status", "row_status")
    if opens is not None and closes is not None and closes <= opens:
        reader.refuse("closes", "row_closes")
    if reader.problems or commune is None or day is None or opens is None or closes is None or point is None:
        return reader.problems
    plan = PlannedStop(
        commune_code=commune,
        day=day,
        opens_at=opens,
        closes_at=closes,
        breaks=breaks,
        advisers=advisers or 0,
        minutes=minutes or 0,
        latitude=point.latitude,
        longitude=point.longitude,
        venue_fr=venues[0],
        venue_ar=venues[1],
        services=tuple(services),
        own_advisers=own,
        walk_in=walk_in or 0,
    )
    if not planned_times(plan):
        return [RowProblem(column="opens", key="plan_no_times")]
    return Row(plan=plan, status=status)


def write(plan: PlannedStop, status: str) -> dict[str, str]:
    """The cells from which :func:`read` makes the same stop again."""
    return {
        "commune": plan.commune_code,
        "day": plan.day.isoformat(),
        "opens": f"{plan.opens_at:%H:%M}",
        "closes": f"{plan.closes_at:%H:%M}",
        "breaks": "; ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in plan.breaks) or "-",
        "advisers": str(plan.advisers),
        "minutes": str(plan.minutes),
        "services": "; ".join(
            f"{name}:{plan.own_advisers[name]}" if name in plan.own_advisers else name
            for name in plan.services
        ),
        "walk_in": str(plan.walk_in),
        "venue_fr": plan.venue_fr or "",
        "venue_ar": plan.venue_ar or "",
        "latitude": repr(plan.latitude),
        "longitude": repr(plan.longitude),
        "status": status,
    }


def _clock(written: str) -> time | None:
    match = _CLOCK.fullmatch(written)
    return time(int(match[1]), int(match[2])) if match else None
