"""Where and on which day: the place, the stop and the day of the booking form, read from a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from actions.places import commune_name, location, place_of, read_place, say_outside
from actions.runtime import Scene
from bot.core import booking_replies
from bot.core.date_problems import no_such_day
from bot.core.errors import NotFound
from bot.services import stops
from bot.services.stops import StopView

Values = dict[str, Any]
AFRESH: Values = {"booking_stop": None, "booking_time": None}
_NUMBERS = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class WishedDays:
    """The days that a message names, each "2026-12-01" or "2026-12-01/2026-12-06"; not ``sure`` where it has to be asked which."""

    days: tuple[str, ...]
    sure: bool

    def hold(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return covered(self.days, day)

    def passed(self, today: date) -> bool:
        """Whether the one day that is meant lies behind."""
        return self.sure and date.fromisoformat(self.days[0]) < today

    def as_slot(self) -> Values:
        """As the form keeps it."""
        return {"days": list(self.days), "sure": self.sure}


def covered(days: tuple[str, ...] | list[str], day: date) -> bool:
    """Whether ``day`` lies in one of ``days``, as :class:`WishedDays` holds them."""
    for value in days:
        first, _, last = value.partition("/")
        if first <= day.isoformat() <= (last or first):
            return True
    return False


def wished_days(scene: Scene) -> WishedDays | None:
    """The days of the latest message, None where it names none.

    Today's own weekday may be today; and where 3/12 is no day of the caravan, 12/3 was perhaps meant.
    """
    found = [str(value) for value in dict.fromkeys(scene.turn.values("date"))]
    if not found:
        return None
    sure = len(found) == 1 and "/" not in found[0] and not scene.turn.uncertain("date")
    days = [*found, *map(str, scene.turn.alternatives("date"))]
    ahead = {stop.day for stop in stops.upcoming(scene.session, now=scene.turn.now)}
    other = _other_reading(scene, days[0]) if sure else None
    if other is not None and date.fromisoformat(other) in ahead:
        return WishedDays(days=(*days, other), sure=False)
    return WishedDays(days=tuple(days), sure=sure)


def _other_reading(scene: Scene, value: str) -> str | None:
    day, today = date.fromisoformat(value), scene.turn.now.date()
    if day - today == _WEEK:
        return today.isoformat()
    if _NUMBERS.search(scene.turn.text) and day.day <= 12 and day.day != day.month:
        swapped = date(today.year, day.day, day.month) if day.month <= 28 else None
        if swapped is not None and swapped < today:
            swapped = swapped.replace(year=today.year + 1)
        return swapped.isoformat() if swapped else None
    return None


def read_stop_choice(scene: Scene) -> Values:
    """A stop that was offered and taken."""
    chosen = scene.turn.choice("stop")
    if chosen is None:
        return {}
    try:
        stop = stops.get(scene.session, stop_id=int(chosen), now=scene.turn.now)
    except NotFound:
        scene.say("utter_stop_gone")
        return {}
    place = {"booking_place": place_of(stop.commune_code), "booking_days": None}
    return place | {"booking_stop": stop.id, "booking_time": None, "booking_waits": None}


def read_place_and_day(scene: Scene, requested: str | None, values: Values) -> Values:
    """The place, and with the day perhaps the stop as well."""
    answer = read_place(scene)
    if answer.candidates:
        return {"booking_place": None, **AFRESH}
    if answer.outside is not None:
        say_outside(scene, answer.outside)
        return {"booking_place": {"commune": None}, "booking_stop": None} | _read_day(scene, {})
    place = answer.place
    if place is None and requested is None and values.get("booking_place") is None:
        place = scene.slot("place")
    if place is None:
        if requested == "booking_place":
            scene.say("utter_place_unknown")
        if values.get("booking_stop") is not None:
            return read_other_day(scene, values)
        return _read_day(scene, values.get("booking_place") or {})
    found = {"booking_place": place, "place": place, **AFRESH}
    if requested == "booking_stop" and not scene.turn.values("date"):
        # The commune of one of the stops that were offered is that stop.
        here = [stop for stop in offered_stops(scene, place) if stop.commune_code == place["commune"]]
        return found | {"booking_days": None, "booking_stop": here[0].id if len(here) == 1 else None}
    return found | _read_day(scene, place)


def read_other_place(scene: Scene, values: Values) -> Values:
    """Another commune than the form's, named later on: "la machi Tiflet, Rommani"."""
    answer = read_place(scene)
    known = (values.get("booking_place") or {}).get("commune")
    named = answer.place["commune"] if answer.place else None
    if answer.candidates or (named is not None and named != known):
        return read_place_and_day(scene, "booking_stop", values)
    return {}


def read_other_day(scene: Scene, values: Values) -> Values:
    """Another day than that of the form's stop, named later on."""
    wished = wished_days(scene)
    stop_id = values.get("booking_stop")
    if stop_id is not None and no_such_day(scene.turn.text):
        return {"booking_stop": stop_id} | _read_day(scene, values["booking_place"])
    if wished is None or stop_id is None:
        return {}
    if wished.passed(scene.turn.now.date()):
        return {"booking_stop": stop_id} | _read_day(scene, values["booking_place"])
    ahead = stops.upcoming(scene.session, now=scene.turn.now)
    same = any(stop.id == stop_id and wished.hold(stop.day) for stop in ahead)
    return {} if same else {**AFRESH, "booking_wish": None} | _read_day(scene, values["booking_place"])


def read_wish(scene: Scene, values: Values) -> Values:
    """ "The day after", "another day" and "another place": the stops of the days that follow, or all others than what was shown."""
    turn = scene.turn
    wish = None if turn.text.startswith("/") else booking_replies.wish(turn.text)
    place = values.get("booking_place")
    names_another = turn.values("commune") or turn.location is not None
    # "That day" reads as today; who wants another one names none by it.
    names_day = set(map(str, turn.values("date"))) - {turn.now.date().isoformat()}
    if wish is None or not place or names_another or (wish != "later_day" and names_day):
        return {}
    shown = values.get("booking_stop") or _first_offered(scene, place, values.get("booking_days"))
    afresh = AFRESH | {"booking_wish": None, "booking_waits": None}
    if wish != "later_day" or shown is None:
        return afresh | {"booking_days": None}
    try:
        stop = stops.get(scene.session, stop_id=shown, now=turn.now)
    except NotFound:
        return afresh
    return afresh | {"booking_days": days_after(stop.day)}


def days_after(day: date) -> Values:
    """The week that follows a day, as the form keeps it: which of its stops is asked."""
    after = day + timedelta(days=1)
    return WishedDays(days=(f"{after}/{after + _WEEK}",), sure=False).as_slot()


def _first_offered(scene: Scene, place: Values, days: Values | None) -> int | None:
    offered = stops_to_offer(scene, place, days, 1)
    return offered[0].id if offered else None


def _read_day(scene: Scene, place: Values) -> Values:
    if no_such_day(scene.turn.text):
        scene.say("utter_no_such_day")
        return {"booking_days": None}
    wished = wished_days(scene)
    if wished is None:
        return {}
    if wished.passed(scene.turn.now.date()):
        scene.say("utter_day_passed", day=wished.days[0])
        return {"booking_days": None}
    if not place:
        return {"booking_days": wished.as_slot()}
    matching = [stop for stop in offered_stops(scene, place) if wished.hold(stop.day)]
    here = [stop for stop in matching if stop.commune_code == place.get("commune")]
    if wished.sure and len(here) == 1:
        return {"booking_stop": here[0].id, "booking_days": None}
    if not matching:
        first = wished.days[0].split("/")[0]
        key = "utter_no_stop_that_day" if wished.sure else "utter_no_stop_those_days"
        scene.say(key, day=first)
        return {"booking_days": None}
    if not here and place.get("commune"):
        scene.say("utter_not_here_then", commune=commune_name(place["commune"]))
    return {"booking_days": wished.as_slot()}


def stops_to_offer(scene: Scene, place: Values, wish: Values | None, limit: int) -> list[StopView]:
    """On the wished days first the place's own stop, where it has none then its other ones; all where no day is wished."""
    given_up = scene.given_up("booking_stop")
    days = (wish or {}).get("days", [])
    # Without a wish the first ones will do: the places of all others need not be counted.
    every = offered_stops(scene, place, None if days else limit + len(given_up))
    every = [stop for stop in every if stop.id not in given_up] or every
    wished = [stop for stop in every if covered(days, stop.day)]
    if not wished:
        return every[:limit]
    if any(stop.commune_code == place.get("commune") for stop in wished):
        return wished[:limit]
    own = [stop for stop in every if stop.commune_code == place.get("commune") and stop not in wished]
    return [*own[: limit // 2], *wished][:limit]


def offered_stops(scene: Scene, place: Values, limit: int | None = None) -> list[StopView]:
    """Stops with free places: nearest first, or soonest first for who comes from outside the province; the first ``limit``."""
    near = location(place) if place.get("commune") else None
    if limit is not None:
        return stops.with_room(scene.session, now=scene.turn.now, near=near, limit=limit)
    return [stop for stop in stops.upcoming(scene.session, now=scene.turn.now, near=near) if stop.free > 0]
