"""Where and when the caravan stands: the nearest stops, or those of one commune."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions.booking_place import wished_days
from actions.places import ask_which, commune_name, location, read_place, say_outside
from actions.runtime import REQUESTED, Events, Scene
from bot.core.texts import Option
from bot.services import stops
from bot.services.stops import StopView
from bot.store.models import Conversation

MAX_LISTED = 4
HERE_KM = 1.5
"""A stop that is nearer is where the person is."""
ABOUT_PLACES = ("ask_nearest_stop", "ask_stop_date", "ask_directions", "ask_opening_hours")
"""Questions that need a place."""


def answer_about_stops(scene: Scene, question: str) -> Events:
    """Answer a question about stops (``question`` is its intent); asks for the commune where none is known."""
    answer = read_place(scene)
    if scene.in_form() and scene.opened_form() and answer.place is None:
        return []  # the form asks for the place itself
    if answer.candidates:
        ask_which(scene, answer.candidates)
        return [scene.ask(question="place", intent=question)]
    if answer.outside is not None:
        say_outside(scene, answer.outside)
        _list_by_day(scene)
        return [] if scene.in_form() else [scene.ask(question="book")]
    place = answer.place or scene.slot("place")
    if place is None:
        if scene.in_form() and scene.slot(REQUESTED) == "booking_place":
            return []  # which the form asks again
        scene.say("utter_ask_place")
        return [scene.ask(question="place", intent=question)]
    if scene.in_form() and (
        scene.opened_form() or scene.slot(REQUESTED) in ("booking_place", "booking_stop")
    ):
        # The form's own question follows: it lists the stops near this place.
        _tell_before_the_list(scene, place)
        return [SlotSet("place", place), SlotSet("booking_place", place), SlotSet("booking_stop", None)]
    if scene.in_form():
        # The form goes on with a question of its own, whose numbers would take the place of a list's.
        _tell_before_the_list(scene, place)
        return [SlotSet("place", place)]
    _list_near(scene, place, question)
    return [SlotSet("place", place), scene.ask(question="book")]


def answer_where(scene: Scene) -> Events:
    """Where the caravan is: near a place that is known, else the next stops, of which one may be taken, or a commune be named."""
    known = scene.slot("place") or _names_a_place(scene)
    ahead = stops.upcoming(scene.session, now=scene.turn.now)
    if known or scene.in_form() or not ahead:
        return answer_about_stops(scene, ABOUT_PLACES[0])
    announce_example(scene, ahead)
    options = tuple(stop_option(stop) for stop in ahead[:MAX_LISTED])
    scene.say("utter_where_next", options=options, last=ahead[-1].day.isoformat(), count=len(ahead))
    return [scene.ask(question="place", intent=ABOUT_PLACES[0])]


def _names_a_place(scene: Scene) -> bool:
    answer = read_place(scene)
    return bool(answer.place or answer.candidates or answer.outside)


def announce_example(scene: Scene, shown: list[StopView]) -> None:
    """Say once in a conversation that the timetable is an example, before the first answer that uses it."""
    if not any(stop.is_example for stop in shown):
        return
    conversation = scene.session.get_one(Conversation, scene.turn.conversation_id)
    if conversation.example_announced not in (None, scene.turn.id):
        return
    conversation.example_announced = scene.turn.id
    scene.say("utter_example_timetable")


def stop_values(stop: StopView) -> dict[str, Any]:
    """A stop's values for texts."""
    values: dict[str, Any] = {
        "commune": commune_name(stop.commune_code),
        "day": stop.day.isoformat(),
        "opens_at": stop.opens_at.isoformat(),
        "closes_at": stop.closes_at.isoformat(),
    }
    if stop.distance is not None:
        values["distance"] = stop.distance
    return values


def stop_option(stop: StopView) -> Option:
    """A stop as a choice."""
    return Option(
        key=stop_key(stop), payload=f'/book_slot{{"choice": "stop:{stop.id}"}}', values=stop_values(stop)
    )


def stop_key(stop: StopView) -> str:
    """The text of a stop as a choice: with its distance where that is known and worth a word."""
    return "option_stop" if stop.distance is None or stop.distance < HERE_KM else "option_stop_near"


def _list_near(scene: Scene, place: dict[str, Any], question: str) -> None:
    near = stops.upcoming(scene.session, now=scene.turn.now, near=location(place))
    here = [stop for stop in near if stop.commune_code == place["commune"]]
    if not near:
        scene.say("utter_no_stops")
        return
    announce_example(scene, near)
    if here:
        wished = wished_days(scene)
        if wished is not None and wished.sure and not any(wished.hold(stop.day) for stop in here):
            scene.say("utter_not_here_then", commune=commune_name(place["commune"]))
        _tell_here(scene, here[0])
        others = [stop for stop in near if stop.commune_code != place["commune"]][: MAX_LISTED - 1]
        scene.say("utter_book_here_or_near", options=tuple(stop_option(stop) for stop in [here[0], *others]))
        return
    passed = stops.past_at_commune(scene.session, commune_code=place["commune"], now=scene.turn.now)
    values: dict[str, Any] = {"commune": commune_name(place["commune"])}
    if passed is not None:
        scene.say("utter_stop_passed", day=passed.isoformat(), **values)
    elif question != "ask_nearest_stop":
        scene.say("utter_no_stop_here", **values)
    scene.say("utter_nearest_stops", options=tuple(stop_option(stop) for stop in near[:MAX_LISTED]), **values)


def _tell_before_the_list(scene: Scene, place: dict[str, Any]) -> None:
    here = stops.at_commune(scene.session, commune_code=place["commune"], now=scene.turn.now)
    if not here:
        scene.say("utter_no_stop_here", commune=commune_name(place["commune"]))
        return
    announce_example(scene, here)
    _tell_here(scene, here[0])


def _tell_here(scene: Scene, stop: StopView) -> None:
    scene.say("utter_stop_here", **stop_values(stop))
    if stop.venue_fr or stop.venue_ar:
        venue = {"fr": stop.venue_fr or stop.venue_ar, "ar": stop.venue_ar or stop.venue_fr}
        scene.say("utter_stop_venue", venue=venue)
    else:
        scene.say("utter_stop_venue_unknown")


def _list_by_day(scene: Scene) -> None:
    ahead = stops.upcoming(scene.session, now=scene.turn.now)[:MAX_LISTED]
    if not ahead:
        scene.say("utter_no_stops")
        return
    announce_example(scene, ahead)
    scene.say("utter_next_stops", options=tuple(stop_option(stop) for stop in ahead))
