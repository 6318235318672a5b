"""What the forms have in common: which messages answer the question asked, and which are something else."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.answers import HANDLERS, answer_questions
from actions.not_understood import KIND, SAY_OTHERWISE, likely_meanings
from actions.runtime import REQUESTED, Events, Scene, SceneAction
from actions.stops import ABOUT_PLACES
from actions.turn import MEANT
from bot.core.asides import looks_asked
from bot.core.booking_replies import says_yes
from bot.core.meanings import INFORMATION
from bot.core.own_names import introduced_name, is_no_name, is_plausible, own_name
from bot.core.patience import asks_to_wait

QUESTIONS = INFORMATION | frozenset(
    {
        "ask_privacy",
        "bot_challenge",
        "check_idea",
        "check_booking",
        "ask_help",
        "change_language",
        "subscribe_updates",
        "thank",
        "greet",
        "complain",
        "send_media",
    }
)
"""Answered in the middle of a form, which then goes on. The rules in nlu_data/rules name the same intents."""
LEAVING = frozenset(
    {
        "go_back",
        "deny",
        "goodbye",
        "talk_to_human",
        "cancel_booking",
        "reschedule_booking",
        "unsubscribe",
        "delete_my_data",
        "submit_idea",
        "book_slot",
        "answer_change",
    }
)
"""Ends the form."""
ELSEWHERE = LEAVING - {"deny", "goodbye"}
SURE = 0.8
PLAIN = 0.985
"""So sure is the classifier of the words for a thing itself, and of no name ("Rabia", "Wafae")."""
BRIEF = 6
"""Words: at that length a message that surely wants something else is no story of a project."""
FEW = 3
"""Words: so short a message is a name or a number that is not known rather than something to ask back."""
PERSONAL = frozenset({"check_idea", "check_booking"})
"""Nobody tells a project with so few words that surely ask for an idea or an appointment: "fin weslat lfikra dyali"."""
POLITE = frozenset({"greet", "thank", "complain"})
"""A name may look like one of these to the classifier ("Salma"), so its confidence does not count."""


class FormStep(SceneAction):
    """Validates one form. Subclasses say which slots are still needed and read each of them from the message."""

    form: ClassVar[str]
    begins_with: ClassVar[str]
    answers: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Intents that answer a slot's question, though elsewhere they would leave the form."""
    free_text: ClassVar[frozenset[str]] = frozenset()
    """Slots that take whatever is written, unless it is plainly a question."""
    unexplained: ClassVar[frozenset[str]] = frozenset()
    """Slots whose reading says nothing of an answer that is none."""
    short_text: ClassVar[frozenset[str]] = frozenset()
    """Of these, the ones where a question may be recognised without its mark: nobody answers them at length."""

    def name(self) -> str:
        return f"validate_{self.form}"

    @abstractmethod
    def needed(self, scene: Scene, values: dict[str, Any]) -> list[str]:
        """The slots to fill, in order."""

    @abstractmethod
    def read(self, scene: Scene, requested: str | None, values: dict[str, Any]) -> dict[str, Any]:
        """Slot values found in the message; ``requested`` is None when the form begins. Says what is wrong with bad input."""

    def play(self, scene: Scene) -> Events:
        # Slots outlive a session: a form that begins does not take up what one held that was abandoned.
        requested = scene.slot(REQUESTED) if self._active(scene) and not scene.opened_form() else None
        aside = None if requested is None else self._aside(scene, requested)
        if requested is not None and aside is not None:
            return [*aside, SlotSet(requested, None), SlotSet(REQUESTED, requested)]
        answers_too = requested is not None and self._answers_too(scene, requested)
        if requested is not None and not answers_too and self._left_to_a_rule(scene, requested):
            return []
        begins = requested is None and self.begins_with in (scene.turn.intent, *scene.turn.intents)
        asks_beside = begins and scene.turn.intent == self.begins_with
        told = answer_questions(scene) if answers_too or asks_beside else []
        values = {name: None if begins else scene.slot(name) for name in self.slots(scene)}
        found = (values if begins else {}) | self.read(scene, requested, values)
        events = self._at_a_loss(scene, requested) if requested is not None and not found else []
        if requested is not None and requested not in found:
            found[requested] = None
        values |= found
        missing = [name for name in self.needed(scene, values) if values.get(name) is None]
        events += [SlotSet(name, value) for name, value in found.items()]
        return [*told, *events, SlotSet(REQUESTED, missing[0] if missing else None)]

    def slots(self, scene: Scene) -> list[str]:
        """The form's slots."""
        return [name for name in scene.tracker.slots if name.startswith(self.form.removesuffix("form"))]

    def is_something_else(self, scene: Scene, requested: str) -> bool:
        """Whether the message is a question or a change of mind instead of an answer to what was asked."""
        turn = scene.turn
        if turn.choice(MEANT) is not None:
            return True
        if turn.values("choice") and turn.intent in ("inform", self.begins_with):
            return False
        if turn.intent not in QUESTIONS | LEAVING or turn.intent == self.begins_with:
            return False
        if turn.intent in self.answers.get(requested, ()):
            return False
        if requested not in self.free_text:
            return True
        if requested in self.short_text and is_plausible(turn.text):
            return turn.confidence >= PLAIN and turn.intent not in POLITE
        if turn.intent in ("talk_to_human", "change_language", "send_media") or turn.text.startswith("/"):
            return True
        if turn.intent in LEAVING and self._leaves(scene, requested):
            return True
        if turn.intent not in QUESTIONS:
            return False
        if turn.intent in PERSONAL and turn.confidence >= SURE and len(turn.text.split()) <= BRIEF:
            return True
        asked = looks_asked(turn.text)
        if asked or requested not in self.short_text:
            return asked
        sure = turn.confidence >= SURE and turn.intent not in POLITE
        return sure or is_no_name(own_name(turn.text))

    def _aside(self, scene: Scene, requested: str) -> Events | None:
        """What answers something else than the form's question, which is asked again: a moment is wanted, or "did you mean" gets its yes.

        None where the message is none of these. That yes confirms nothing; a question that was meant is answered.
        """
        if asks_to_wait(scene.turn.text):
            scene.say("utter_no_hurry")
            return []
        pending = scene.pending()
        yes = scene.turn.intent == "affirm" or says_yes(scene.turn.text)
        confirms = yes and "affirm" in self.answers.get(requested, ()) and not scene.turn.values("choice")
        if pending.get("question") != "meaning" or not confirms:
            return None
        meant = pending.get("intent")
        return HANDLERS[meant](scene) if meant in INFORMATION - frozenset(ABOUT_PLACES) else []

    def _leaves(self, scene: Scene, requested: str) -> bool:
        """Whether a text that could be the answer rather ends the form: a name is never "bghit nlghi", a project never "la, rdv 9bel"."""
        turn = scene.turn
        sure, length = turn.confidence >= SURE, len(turn.text.split())
        if requested in self.short_text:
            back = turn.intent == "go_back" and sure and length <= FEW and introduced_name(turn.text) is None
            elsewhere = turn.intent in ELSEWHERE and sure and not is_plausible(turn.text)
            return back or elsewhere or is_no_name(own_name(turn.text))
        return turn.intent == "go_back" or (turn.intent in ELSEWHERE and sure and length <= BRIEF)

    def _left_to_a_rule(self, scene: Scene, requested: str) -> bool:
        return self.is_something_else(scene, requested) or self._unclear(scene, requested)

    def _answers_too(self, scene: Scene, requested: str) -> bool:
        """Whether a message that asks something also answers what was asked: "m3a 10, w wach fabor?"."""
        intent = scene.turn.intent
        if intent not in HANDLERS or intent in ABOUT_PLACES or requested in self.free_text:
            return False
        values = {name: scene.slot(name) for name in self.slots(scene)}
        return self.read(scene.muted(), requested, values).get(requested) is not None

    def _unclear(self, scene: Scene, requested: str) -> bool:
        """Whether the message answers nothing, but may mean something that is worth asking back."""
        turn = scene.turn
        if turn.intent != "out_of_scope" or not likely_meanings(scene):
            return False
        if requested in self.free_text or len(turn.text.split()) <= FEW:
            return looks_asked(turn.text)
        values = {name: scene.slot(name) for name in self.slots(scene)}
        return not self.read(scene.muted(), requested, values)

    def _at_a_loss(self, scene: Scene, requested: str) -> Events:
        """Nothing was read: the first time how to answer is said, the second time in a row also a coach and the way out."""
        if scene.in_a_row(KIND) >= SAY_OTHERWISE:
            scene.say("utter_coach_in_form")
        elif requested in self.unexplained and not scene.turn.text.startswith("/"):
            scene.say("utter_help_in_form")
        return [scene.count(KIND)]

    def _active(self, scene: Scene) -> bool:
        return bool((scene.tracker.active_loop or {}).get("name") == self.form)
