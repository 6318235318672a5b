"""Questions: one or several in a message, each answered, in order but for what lists or asks; also those beside a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rasa_sdk.events import FollowupAction, SlotSet

from actions.booked import tell_bookings
from actions.places import read_place
from actions.runtime import Events, Scene
from actions.stops import ABOUT_PLACES, announce_example, answer_about_stops, answer_where
from bot.core import foreign
from bot.core.asides import asks_where
from bot.core.idea_words import wants_another
from bot.core.texts import Option
from bot.services import ideas, stops

FACTS = (
    "ask_about_caravan",
    "ask_organizers",
    "ask_dates",
    "ask_services",
    "ask_eligibility",
    "ask_cost",
    "ask_documents",
    "ask_contact",
    "ask_jobs",
    "ask_training",
    "ask_auto_entrepreneur",
    "ask_cooperative",
    "ask_financing",
    "ask_project_support",
)
"""Answered from the caravan's file."""
WORDS = {
    "ask_privacy": "utter_privacy",
    "bot_challenge": "utter_bot_challenge",
    "thank": "utter_thank",
    "goodbye": "utter_goodbye",
}
COURTESIES = frozenset({"thank", "goodbye"})
FAR = frozenset({"spanish", "amazigh"})
"""Languages whose words look like others' that mean something else; English is understood often enough."""
COACH = Option(key="option_coach", payload="/talk_to_human", values={})
IDEA = Option(key="option_menu_idea", payload="/submit_idea", values={})
FOR_PROJECTS = frozenset({"ask_financing", "ask_project_support"})
"""Whoever asks this has perhaps an idea to tell."""


def answer_questions(scene: Scene, *, besides: str | None = None) -> Events:
    """Answer every question of the message in its order, but ``besides``; a request in it is for others to meet."""
    turn = scene.turn
    language = foreign.language_of(turn.text) if turn.intent in HANDLERS else None
    if language in FAR:
        say_other_language(scene, language)
        return []
    asked = [intent for intent in turn.intents if intent in HANDLERS and intent != besides]
    if turn.intent in HANDLERS and turn.intent != besides and turn.intent not in asked:
        asked.insert(0, turn.intent)
    events: Events = []
    for intent in _once_about_stops(asked):
        # A courtesy beside a question needs no answer of its own.
        if intent not in COURTESIES or len(asked) == 1:
            events += HANDLERS[intent](scene)
    return events or _remember_place(scene)


def _remember_place(scene: Scene) -> Events:
    """Keep the one commune that a question named beside what it asked, so that nobody has to say it twice."""
    place = None if scene.in_form() or scene.turn.location is not None else read_place(scene).place
    return [SlotSet("place", place)] if place else []


def say_other_language(scene: Scene, language: str) -> None:
    """Say honestly which languages are spoken here."""
    scene.say("utter_other_language", sorry=f"language_only_{language}", options=(COACH,))


def tell_fact(scene: Scene, intent: str) -> Events:
    """Answer from the caravan's file; what is not known is said to be unknown, and a coach is offered."""
    if intent == "ask_dates" and asks_where(scene.turn.text):
        return answer_where(scene)
    caravan = stops.current_caravan(scene.session)
    answer = caravan.facts["answers"].get(intent) if caravan else None
    unknown = answer is None or (caravan is not None and intent in caravan.facts["unknown_answers"])
    offer = (COACH,) if unknown else ()
    if intent in FOR_PROJECTS and not scene.in_form() and "submit_idea" not in scene.turn.intents:
        offer = (*offer, IDEA)
    if answer is None:
        scene.say("utter_unknown", options=offer)
    else:
        scene.say("utter_fact", options=offer, answer=answer)
    if intent == "ask_dates" and not set(scene.turn.intents) & set(ABOUT_PLACES):
        if scene.slot("place") and not scene.in_form():
            return answer_about_stops(scene, "ask_stop_date")
        _tell_calendar(scene)
    return []


def _tell_calendar(scene: Scene) -> None:
    ahead = stops.upcoming(scene.session, now=scene.turn.now)
    if not ahead:
        scene.say("utter_no_stops")
        return
    announce_example(scene, ahead)
    days = [stop.day for stop in ahead]
    scene.say("utter_calendar", first=min(days).isoformat(), last=max(days).isoformat(), count=len(ahead))


def _tell_ideas(scene: Scene) -> Events:
    found = ideas.of_contact(scene.session, scene.turn.contact_id)
    if found and wants_another(scene.turn.text) and not scene.in_form():
        return [FollowupAction("idea_form")]  # which says how
    telling_one = (scene.tracker.active_loop or {}).get("name") == "idea_form"
    if not found and not telling_one:
        scene.say("utter_no_idea_yet")
    for idea in found[:3]:
        scene.say(
            "utter_idea_status",
            reference=idea.reference,
            title=idea.title,
            status=f"idea_status_{idea.status}",
        )
    return []


def _say(key: str, scene: Scene) -> Events:
    scene.say(key)
    return []


def _once_about_stops(asked: list[str]) -> list[str]:
    """Two questions about stops in one message have one answer, which comes last: it may ask for a place or list choices."""
    first = next((intent for intent in asked if intent in ABOUT_PLACES), None)
    once = [intent for intent in asked if intent not in ABOUT_PLACES or intent == first]
    return sorted(once, key=lambda intent: (intent in ABOUT_PLACES, intent == "ask_dates"))


Handler = Callable[[Scene], Events]
HANDLERS: dict[str, Handler] = {
    **{intent: partial(tell_fact, intent=intent) for intent in FACTS},
    **{intent: partial(answer_about_stops, question=intent) for intent in ABOUT_PLACES},
    **{intent: partial(_say, key) for intent, key in WORDS.items()},
    "check_idea": _tell_ideas,
    "check_booking": tell_bookings,
}
