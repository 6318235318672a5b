"""The stops in a caravan's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from bot.core.geo import Point
from bot.core.timetable import (
    SERVICES,
    Break,
    PlannedStop,
    appointment_times,
    default_breaks,
    example_days,
)
from bot.gazetteer import Gazetteer, UnknownCommune
from bot.services import caravan_document as document
from bot.services.caravan_document import Entry, Problems

_REQUIRED = ("commune", "opens", "closes", "advisers", "minutes")
_OPTIONAL = ("after_days", "day", "closed", "venue", "latitude", "longitude", "services", "walk_in")

SERVICE_WORDS = r"[a-z_]+(:\d{1,2})?"
"""A service, and behind a colon how many advisers do nothing else."""

Row = tuple[Entry, dict[str, Entry]]
"""A stop as it stands in the file, and its known keys."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """Reads the stops of one file; mistakes go to ``problems``. ``installed_on`` is a local day."""

    problems: Problems
    gazetteer: Gazetteer
    installed_on: date
    is_example: bool

    def stops(self, entry: Entry | None) -> tuple[PlannedStop, ...]:
        """The stops that are right, by day."""
        rows: list[Row] = [
            (row, document.mapping(row, self.problems, required=_REQUIRED, optional=_OPTIONAL))
            for row in document.items(entry, self.problems)
        ]
        days = self._example_days(rows) if self.is_example else self._real_days(rows)
        first: dict[tuple[str, date], Entry] = {}
        stops: list[PlannedStop] = []
        for (row, keys), stop_day in zip(rows, days, strict=True):
            stop = self._stop(keys, stop_day)
            if stop is None:
                continue
            other = first.setdefault((stop.commune_code, stop.day), row)
            if other is not row:
                self.problems.add(row, f"the same commune on the same day as in line {other.line}")
            stops.append(stop)
        return tuple(sorted(stops, key=lambda stop: stop.day))

    def _example_days(self, rows: list[Row]) -> list[date | None]:
        numbers = []
        for row, keys in rows:
            self._only(row, keys, wanted="after_days", instead="day", kind="an example")
            numbers.append(document.whole(keys.get("after_days"), self.problems, least=1, most=90))
        known = example_days(self.installed_on, (number for number in numbers if number is not None))
        return [None if number is None else known[number] for number in numbers]

    def _real_days(self, rows: list[Row]) -> list[date | None]:
        for row, keys in rows:
            self._only(row, keys, wanted="day", instead="after_days", kind="a real timetable")
        return [document.day(keys.get("day"), self.problems) for _, keys in rows]

    def _only(self, row: Entry, keys: dict[str, Entry], *, wanted: str, instead: str, kind: str) -> None:
        if instead in keys:
            self.problems.add(keys[instead], f"{kind} says {wanted} here, not {instead}")
        elif keys and wanted not in keys:
            self.problems.add(row, f"{wanted} is missing")

    def _stop(self, keys: dict[str, Entry], stop_day: date | None) -> PlannedStop | None:
        opening = self._opening(keys)
        advisers = document.whole(keys.get("advisers"), self.problems, least=1, most=100)
        minutes = document.whole(keys.get("minutes"), self.problems, least=5, most=240)
        breaks = self._breaks(keys.get("closed"))
        venue_fr, venue_ar = self._venue(keys.get("venue"))
        where = self._where(keys)
        services = self._services(keys.get("services"))
        walk_in = document.whole(keys.get("walk_in"), self.problems, least=0, most=100)
        if not (stop_day and opening and advisers and minutes and where):
            return None
        stop = PlannedStop(
            commune_code=where[0],
            day=stop_day,
            opens_at=opening[0],
            closes_at=opening[1],
            breaks=default_breaks(stop_day) if breaks is None else breaks,
            advisers=advisers,
            minutes=minutes,
            latitude=where[1].latitude,
            longitude=where[1].longitude,
            venue_fr=venue_fr,
            venue_ar=venue_ar,
            services=tuple(services),
            own_advisers={service: own for service, own in services.items() if own},
            walk_in=walk_in or 0,
        )
        if not appointment_times(stop):
            self.problems.add(
                keys["opens"], "no appointment fits between the opening, the breaks and the closing"
            )
        return stop

    def _opening(self, keys: dict[str, Entry]) -> tuple[time, time] | None:
        opens = document.clock(keys.get("opens"), self.problems)
        closes = document.clock(keys.get("closes"), self.problems)
        if opens is None or closes is None:
            return None
        if closes <= opens:
            self.problems.add(keys["closes"], f"{closes:%H:%M} is not after the opening at {opens:%H:%M}")
            return None
        return opens, closes

    def _breaks(self, entry: Entry | None) -> tuple[Break, ...] | None:
        if entry is None:
            return None
        breaks = []
        for item in document.items(entry, self.problems):
            hours = document.items(item, self.problems)
            if len(hours) != 2:
                self.problems.add(item, 'a beginning and an end are expected, such as ["12:30", "14:00"]')
                continue
            begin, end = (document.clock(hour, self.problems) for hour in hours)
            if begin is None or end is None:
                continue
            if end <= begin:
                self.problems.add(
                    item, f"the break ends at {end:%H:%M}, not after it begins at {begin:%H:%M}"
                )
            breaks.append((begin, end))
        return tuple(breaks)

    def _services(self, entry: Entry | None) -> dict[str, int]:
        """The services that are present, with the advisers that each has for itself; all where none is named."""
        if entry is None:
            return dict.fromkeys(SERVICES, 0)
        services: dict[str, int] = {}
        for item in document.items(entry, self.problems):
            words = document.matching(
                item, self.problems, SERVICE_WORDS, "a service such as jobs or financing:1"
            )
            if words is None:
                continue
            service, _, own = words.partition(":")
            if service not in SERVICES:
                self.problems.add(item, f"{service!r} is none of {', '.join(SERVICES)}")
            elif service in services:
                self.problems.add(item, f"{service} stands here twice")
            else:
                services[service] = int(own or 0)
        if entry.value == []:
            self.problems.add(entry, "at least one service is expected here")
        return services

    def _venue(self, entry: Entry | None) -> tuple[str | None, str | None]:
        if entry is None:
            return None, None
        names = document.mapping(entry, self.problems, required=("fr", "ar"))
        venue_fr = document.text(names.get("fr"), self.problems, longest=120)
        venue_ar = document.text(names.get("ar"), self.problems, longest=120)
        return venue_fr, venue_ar

    def _where(self, keys: dict[str, Entry]) -> tuple[str, Point] | None:
        """The commune and the point: the file's, else the one that the gazetteer has for the commune."""
        code = document.text(keys.get("commune"), self.problems)
        point = self._exact(keys)
        if code is None:
            return None
        if code not in self.gazetteer.communes:
            self.problems.add(
                keys["commune"],
                f"no commune of the province {self.gazetteer.province_code} has the code {code}",
            )
            return None
        try:
            return code, point or self.gazetteer.point(code)
        except UnknownCommune:
            self.problems.add(keys["commune"], "the place is not known; give latitude and longitude")
            return None

    def _exact(self, keys: dict[str, Entry]) -> Point | None:
        given = [keys[name] for name in ("latitude", "longitude") if name in keys]
        if len(given) == 1:
            self.problems.add(given[0], "latitude and longitude are given together or not at all")
        latitude = document.degrees(keys.get("latitude"), self.problems, least=20.0, most=36.5)
        longitude = document.degrees(keys.get("longitude"), self.problems, least=-18.0, most=-0.5)
        if latitude is None or longitude is None:
            return None
        return Point(latitude=latitude, longitude=longitude)
