"""A coach, the language, news, and a person's own data."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions.answers import answer_questions
from actions.learning import note_before_coach
from actions.meanings import ask_meaning
from actions.runtime import Events, Scene, SceneAction
from bot.core import consent_rules
from bot.core.asides import looks_asked
from bot.core.handoff_rules import Reason
from bot.core.locales import Variety
from bot.core.texts import Option
from bot.services import arrivals, consent, contacts, effects, erasure, handoffs, waiting

VARIETIES = tuple(variety.value for variety in Variety)


class Task(SceneAction):
    """Something to get done; questions beside it are answered first."""

    @abstractmethod
    def do(self, scene: Scene) -> Events:
        """Do it and return Rasa events."""

    def play(self, scene: Scene) -> Events:
        return [*answer_questions(scene), *self.do(scene)]


class ActionRequestCoach(Task):
    """Hands the conversation to the staff. From then on the assistant is silent, until the person wants to go on with it meanwhile."""

    def name(self) -> str:
        return "action_request_coach"

    def do(self, scene: Scene) -> Events:
        note_before_coach(scene)
        hand_over(scene, _why(scene))
        scene.say("utter_handoff")
        say_what_follows(scene)
        return []


class ActionChangeLanguage(Task):
    """Answers in the variety that was asked for from now on; asks which where none was named."""

    def name(self) -> str:
        return "action_change_language"

    def do(self, scene: Scene) -> Events:
        wanted = scene.turn.choice("language") or scene.turn.first("language")
        if wanted not in VARIETIES:
            options = tuple(
                Option(
                    key=f"language_{name}",
                    payload=f'/change_language{{"choice": "language:{name}"}}',
                    values={},
                )
                for name in VARIETIES
            )
            scene.say("utter_which_language", options=options)
            # A form's question would follow, and its numbers would take the place of the languages'.
            return [FollowupAction("action_listen")] if scene.in_form() else []
        contacts.choose_variety(scene.session, contact_id=scene.turn.contact_id, variety=Variety(wanted))
        scene.say("utter_language_changed", variety=wanted)
        return [SlotSet("chosen_variety", wanted)]


class ActionSubscribe(Task):
    """News of the caravan: yes. After a stop, reminders come again too."""

    def name(self) -> str:
        return "action_subscribe"

    def do(self, scene: Scene) -> Events:
        def write() -> dict[str, Any]:
            return {"again": consent.resume(scene.session, **_said(scene))}

        result = effects.once(
            scene.session, turn_id=scene.turn.id, name="subscribe", now=scene.turn.now, write=write
        )
        again = result["again"] or consent_rules.wish_of(scene.typed()) is not None
        scene.say("utter_subscribed_again" if again else "utter_subscribed")
        return []


class ActionUnsubscribe(Task):
    """No more messages than answers."""

    def name(self) -> str:
        return "action_unsubscribe"

    def do(self, scene: Scene) -> Events:
        typed = scene.typed()
        if (
            scene.turn.meant is None
            and (looks_asked(typed) or "{" in typed)
            and consent_rules.wish_of(typed) is None
        ):
            asked = ask_meaning(scene, ("unsubscribe", "ask_privacy"))
            return [asked, FollowupAction("action_listen")] if scene.in_form() else [asked]
        consent.stop(scene.session, **_said(scene))
        scene.say("utter_unsubscribed")
        return []


class ActionDeleteData(SceneAction):
    """Asks once whether it is meant; then everything that is kept of the person is erased by itself."""

    def name(self) -> str:
        return "action_delete_data"

    def play(self, scene: Scene) -> Events:
        if scene.turn.choice("erase") == "yes":
            return erase_soon(scene)
        if erasure.is_requested(scene.session, contact_id=scene.turn.contact_id):
            scene.say("utter_erase_planned")
            return []
        yes = Option(key="option_erase", payload='/delete_my_data{"choice": "erase:yes"}', values={})
        no = Option(key="option_keep_data", payload='/deny{"choice": "erase:no"}', values={})
        scene.say("utter_ask_erase", options=(yes, no))
        return [scene.ask(question="erase")]


def erase_soon(scene: Scene) -> Events:
    """Note that the person is to be erased, once they have read the answer."""
    erasure.request(scene.session, contact_id=scene.turn.contact_id, now=scene.turn.now)
    scene.say("utter_erase_planned")
    return []


def _said(scene: Scene) -> dict[str, Any]:
    return {
        "contact_id": scene.turn.contact_id,
        "channel": scene.channel(),
        "words": scene.typed(),
        "now": scene.turn.now,
    }


def _why(scene: Scene) -> Reason:
    """What came just before the wish for a person: anger, or not having been understood."""
    before = scene.slot("in_a_row") or {}
    if before.get("turn") != arrivals.previous_turn(scene.session, scene.turn.id):
        return Reason.ASKED
    return {"complain": Reason.ANGER, "not_understood": Reason.NOT_UNDERSTOOD}.get(
        str(before.get("kind")), Reason.ASKED
    )


def say_what_follows(scene: Scene) -> None:
    """Say when coaches are there, where the staff have said their hours, and how to go on with the assistant meanwhile."""
    for key, values in waiting.what_follows(scene.session, urgent=False, now=scene.turn.now):
        scene.say(key, **values)


def hand_over(scene: Scene, reason: Reason) -> None:
    """Put the conversation into the waiting line, once per turn."""

    def write() -> dict[str, Any]:
        handoff = handoffs.request(
            scene.session, conversation_id=scene.turn.conversation_id, reason=reason, now=scene.turn.now
        )
        return {"handoff_id": handoff.id}

    effects.once(scene.session, turn_id=scene.turn.id, name="handoff", now=scene.turn.now, write=write)
