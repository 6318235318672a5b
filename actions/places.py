"""Where the person is: from a commune's name, a pin, a choice, or what was said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actions.runtime import Scene, gazetteer
from bot.core.messages import Location
from bot.core.texts import Option

Place = dict[str, Any]
MAX_CANDIDATES = 3


@dataclass(frozen=True, kw_only=True)
class PlaceAnswer:
    """What a message says of a place: one of the fields is set, or none where it names no place.

    ``outside`` is a name in both scripts of a place beyond the province; ``candidates`` are codes of which one is meant.
    """

    place: Place | None = None
    outside: dict[str, str] | None = None
    candidates: tuple[str, ...] = ()


def commune_name(code: str) -> dict[str, str]:
    """A commune's name in both scripts, as texts take it."""
    return gazetteer().names(code)


def place_of(code: str) -> Place:
    """The place that stands for a commune."""
    point = gazetteer().point(code)
    return {"commune": code, "latitude": point.latitude, "longitude": point.longitude}


def location(place: Place) -> Location:
    """The point of a place."""
    return Location(latitude=place["latitude"], longitude=place["longitude"])


def read_place(scene: Scene) -> PlaceAnswer:
    """The place that the latest message names, by choice, pin or words."""
    turn = scene.turn
    chosen = turn.choice("commune")
    if chosen in gazetteer().communes:
        return PlaceAnswer(place=place_of(str(chosen)))
    if turn.location is not None:
        return _pinned(scene)
    named = list(dict.fromkeys([*turn.values("commune"), *turn.alternatives("commune")]))
    if len(named) > 1 or (named and turn.uncertain("commune")):
        return PlaceAnswer(candidates=tuple(named[:MAX_CANDIDATES]))
    if named:
        return PlaceAnswer(place=place_of(named[0]))
    return _outside(scene)


def ask_which(scene: Scene, candidates: tuple[str, ...], others: tuple[Option, ...] = ()) -> None:
    """Ask which of two or three communes is meant, or whether it is the one that it sounds like."""
    options = tuple(
        Option(
            key="option_commune",
            payload=f'/inform{{"choice": "commune:{code}"}}',
            values={"commune": commune_name(code)},
        )
        for code in candidates
    )
    key = "utter_which_commune" if len(candidates) > 1 else "utter_is_it_there"
    scene.say(key, options=(*options, *others))


def say_outside(scene: Scene, outside: dict[str, str]) -> None:
    """Say honestly that the place is beyond the province; a pin has no name."""
    if outside["fr"]:
        scene.say("utter_outside_province", place=outside)
    else:
        scene.say("utter_outside_pin")


def _pinned(scene: Scene) -> PlaceAnswer:
    point, code = scene.turn.location, scene.turn.located_commune
    if point is None:
        return PlaceAnswer()
    if code is None:
        return PlaceAnswer(outside={"fr": "", "ar": ""})
    return PlaceAnswer(place={"commune": code, "latitude": point.latitude, "longitude": point.longitude})


def _outside(scene: Scene) -> PlaceAnswer:
    code = scene.turn.first("outside_place")
    return PlaceAnswer() if code is None else PlaceAnswer(outside=_outside_name(str(code)))


def _outside_name(code: str) -> dict[str, str]:
    known = gazetteer()
    french = known.outside_name(code, "fr") or ""
    return {"fr": french, "ar": known.outside_name(code, "ar") or french}
