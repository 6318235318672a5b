"""A message that was not understood: first a question back, then a request to say it otherwise, then a coach."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions.answers import COACH, say_other_language
from actions.learning import note_refused
from actions.meanings import ask_meaning, meanings
from actions.places import read_place
from actions.renaming import begin_renaming, wants_another_name
from actions.runtime import Events, Scene, SceneAction
from actions.stops import ABOUT_PLACES, answer_about_stops
from bot.core import foreign
from bot.core.asides import cannot_write
from bot.core.idea_words import wants_another
from bot.core.own_names import surely_introduced
from bot.core.patience import asks_to_wait, has_only_begun

KIND = "not_understood"
QUESTION_BACK, SAY_OTHERWISE = 1, 2
"""How far the help goes; beyond these a coach is offered first."""
BEGUN_BY = {"booking_form": "book_slot", "idea_form": "submit_idea"}
SHORT = 4
"""Words: a longer message that names a place also wants something there."""
STORY = 12
"""Words: in so long a message a place is part of what is told."""
INTRODUCTION = 6
"""Words: so short a message gives a name and wants nothing yet."""
LONG = 250
"""Characters: more than this is a letter rather than a question."""


class ActionNotUnderstood(SceneAction):
    """Helps on, and more so each time in a row. A message of which only the place is clear ("and Meknès?") is a question about it."""

    def name(self) -> str:
        return "action_not_understood"

    def play(self, scene: Scene) -> Events:
        if cannot_write(scene.turn.text):
            return offer_to_listen(scene)
        note_refused(scene)
        if scene.in_form():
            return _in_form(scene)
        if wants_another_name(scene):
            return begin_renaming(scene)
        if wants_another(scene.turn.text):
            return [FollowupAction("idea_form")]  # which says how
        words = len(scene.turn.text.split())
        if words > STORY or (words > SHORT and likely_meanings(scene)):
            return not_understood(scene)
        events = answer_if_a_place(scene)
        return not_understood(scene) if events is None else events


class ActionDefaultFallback(ActionNotUnderstood):
    """What happens where no rule fits."""

    def name(self) -> str:
        return "action_default_fallback"


def offer_to_listen(scene: Scene) -> Events:
    """Who can hardly write needs one number and a voice note; a form's question would take the number for itself."""
    scene.say("utter_cannot_write", options=(COACH,))
    return [FollowupAction("action_listen")] if scene.in_form() else []


def answer_if_a_place(scene: Scene) -> Events | None:
    """The answer to a message that names a place, None where it names none."""
    pending = scene.pending()
    answer = read_place(scene)
    if not (answer.place or answer.candidates or answer.outside is not None):
        return None
    question = pending.get("intent") if pending.get("question") == "place" else None
    return answer_about_stops(scene, question or ABOUT_PLACES[0])


def not_understood(scene: Scene) -> Events:
    """The help for this time in a row, outside a form."""
    if asks_to_wait(scene.turn.text):
        scene.say("utter_no_hurry")
        return []
    if has_only_begun(scene.turn.text):
        scene.say("utter_go_on")
        return []
    name = surely_introduced(scene.turn.text)
    if name is not None and len(scene.turn.text.split()) <= INTRODUCTION:
        scene.say("utter_hello_name", name=name)
        return []
    level, likely = _level(scene)
    if level > QUESTION_BACK and scene.turn.first("phone_number") is not None:
        scene.say("utter_phone_alone", options=(COACH,))
        return []
    language = foreign.language_of(scene.turn.text)
    if language is not None and level <= SAY_OTHERWISE:
        level = SAY_OTHERWISE
        say_other_language(scene, language)
    elif level == QUESTION_BACK:
        return [ask_meaning(scene, likely), scene.count(KIND, times=level)]
    elif level > SAY_OTHERWISE:
        scene.say("utter_not_understood_again", options=(COACH,))
    elif len(scene.turn.text) > LONG:
        scene.say("utter_too_long")
    else:
        scene.say("utter_not_understood")
    return [scene.count(KIND, times=level)]


def _in_form(scene: Scene) -> Events:
    level, likely = _level(scene)
    if level == QUESTION_BACK:
        asked = ask_meaning(scene, likely)
        # The form's question would follow, and its numbers would take the place of the meanings'.
        return [asked, scene.count(KIND, times=level), FollowupAction("action_listen")]
    scene.say("utter_help_in_form")
    return [scene.count(KIND, times=level)]


def _level(scene: Scene) -> tuple[int, tuple[str, ...]]:
    """How far the help goes this time; without a likely meaning there is nothing to ask back."""
    likely = likely_meanings(scene)
    return (QUESTION_BACK, likely) if likely else (max(scene.in_a_row(KIND), SAY_OTHERWISE), ())


def likely_meanings(scene: Scene) -> tuple[str, ...]:
    """What is worth asking back: only the first time in a row, and not what the person is doing already."""
    if scene.in_a_row(KIND) > QUESTION_BACK:
        return ()
    loop = (scene.tracker.active_loop or {}).get("name")
    return meanings(scene.turn, besides=BEGUN_BY.get(str(loop)))
