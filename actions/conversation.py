"""Greeting, the menu, going back, values out of the blue, anger, and what is not text."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from sqlalchemy import func, select

from actions import visits
from actions.answers import COACH, HANDLERS, say_other_language
from actions.booked import FORM_SLOTS, active_bookings
from actions.idea import SLOTS as IDEA_SLOTS
from actions.not_understood import STORY, answer_if_a_place, not_understood, offer_to_listen
from actions.own_bookings import ActionCancelBooking, ActionStartMove, cancel_now
from actions.people import (
    ActionDeleteData,
    ActionRequestCoach,
    ActionUnsubscribe,
    erase_soon,
    hand_over,
    say_what_follows,
)
from actions.plan_answers import ActionAnswerChange, answer
from actions.renaming import begin_renaming, wants_another_name
from actions.runtime import REQUESTED, Events, Scene, SceneAction, cleared
from bot.core import booking_replies, foreign, options
from bot.core.asides import cannot_write
from bot.core.handoff_rules import Reason
from bot.core.lexicons import word_set
from bot.core.text import words
from bot.services import erasure, plan_answers
from bot.store.models import InboundMessage

FORMS = {"submit_idea": "idea_form", "book_slot": "booking_form"}
OTHERS = {
    "answer_change": ActionAnswerChange,
    "talk_to_human": ActionRequestCoach,
    "cancel_booking": ActionCancelBooking,
    "reschedule_booking": ActionStartMove,
    "unsubscribe": ActionUnsubscribe,
    "delete_my_data": ActionDeleteData,
}
"""What the person wants instead of the form, by intent."""
GREETING = 2
"""Words: a foreign greeting is greeted; more than that wants an answer in that language."""


class ActionGreet(SceneAction):
    """Welcomes a new person with what the assistant does and keeps; greets a known one shortly. Both get the menu."""

    def name(self) -> str:
        return "action_greet"

    def play(self, scene: Scene) -> Events:
        language = foreign.language_of(scene.turn.text)
        if language is not None and len(words(scene.turn.text)) > GREETING:
            say_other_language(scene, language)
            return []
        answered = scene.session.scalar(
            select(func.count()).where(
                InboundMessage.conversation_id == scene.turn.conversation_id,
                InboundMessage.outcome == "answered",
            )
        )
        in_form = scene.in_form()
        if in_form:
            scene.say("utter_greet_back")
        else:
            # Who asked to be forgotten is nobody's old acquaintance.
            forgotten = erasure.is_requested(scene.session, contact_id=scene.turn.contact_id)
            scene.say("utter_hello" if answered and not forgotten else "utter_welcome")
        return []


class ActionGoBack(SceneAction):
    """Back to the menu; who waits for a coach hears that this one will still come."""

    def name(self) -> str:
        return "action_go_back"

    def play(self, scene: Scene) -> Events:
        if scene.turn.choice("coach") == "waits":
            scene.say("utter_back_meanwhile")
        scene.say("utter_menu")
        return []


class ActionLeaveForm(SceneAction):
    """Ends a form because the person wants something else; what they want then follows."""

    def name(self) -> str:
        return "action_leave_form"

    def play(self, scene: Scene) -> Events:
        intent = scene.turn.intent
        if intent in FORMS:
            return [*left(), FollowupAction(FORMS[intent])]
        about_a_booking = intent in ("cancel_booking", "reschedule_booking")
        if intent in OTHERS and not (about_a_booking and not active_bookings(scene)):
            # Played here, because no rule would follow an action that is only asked for.
            events = [*left(), *OTHERS[intent]().play(scene)]
            goes_on = any(event.get("event") == "followup" for event in events)
            return events if goes_on else [*events, FollowupAction("action_listen")]
        scene.say("utter_left_form")
        scene.say("utter_menu")
        return left()


def left() -> Events:
    """The events that end whatever form there is."""
    return [ActiveLoop(None), SlotSet(REQUESTED, None), *cleared(*FORM_SLOTS, *IDEA_SLOTS)]


class ActionHelp(SceneAction):
    """The menu, and out of any form; in a form, who is only at a loss is told how to answer it. Who is lost again is offered a coach."""

    def name(self) -> str:
        return "action_help"

    def play(self, scene: Scene) -> Events:
        if cannot_write(scene.turn.text):
            return offer_to_listen(scene)
        in_form = scene.in_form()
        if in_form and not options.asks_for_menu(scene.turn.text):
            scene.say("utter_help_in_form")
            return []
        if in_form:
            scene.say("utter_menu")
            return [*left(), FollowupAction("action_listen")]
        if options.asks_for_menu(scene.turn.text) or scene.turn.text.startswith("/"):
            scene.say("utter_menu")
            return []
        if len(scene.turn.text.split()) > STORY:
            scene.say("utter_too_long")  # who tells much is not met with a bare menu
        elif scene.in_a_row("help") > 1:
            scene.say("utter_help_again", options=(COACH,))
        else:
            scene.say("utter_menu")
        return [scene.count("help")]


class ActionInform(SceneAction):
    """A value outside a form: a place answers what was asked of places; a number that stands for nothing gets the menu."""

    def name(self) -> str:
        return "action_inform"

    def play(self, scene: Scene) -> Events:
        if scene.turn.choice("change") == "place":
            scene.say("utter_ask_place")
            return [scene.ask(question="place", intent=scene.pending().get("intent"))]
        if wants_another_name(scene):
            return begin_renaming(scene)
        events = answer_if_a_place(scene)
        if events is not None:
            return events
        if scene.pending().get("question") == "place":
            scene.say("utter_place_unknown")
            scene.say("utter_ask_place")
            return [scene.ask(question="place", intent=scene.pending().get("intent"))]
        if scene.turn.values("option"):
            scene.say("utter_number_alone")
            return []
        return not_understood(scene)


class ActionAffirm(SceneAction):
    """Yes to what was asked, if anything was."""

    def name(self) -> str:
        return "action_affirm"

    def play(self, scene: Scene) -> Events:
        pending = scene.pending()
        if pending.get("question") == "cancel":
            return cancel_now(scene, int(pending["booking"]))
        if pending.get("question") == "erase":
            return erase_soon(scene)
        if pending.get("question") == "book" and not word_set("closing").issuperset(words(scene.turn.text)):
            return [*cleared(*FORM_SLOTS), FollowupAction("booking_form")]
        if pending.get("question") == "meaning" and pending.get("intent"):
            return _as_meant(scene, str(pending["intent"]))
        news = None if pending else plan_answers.open_for(scene.session, contact_id=scene.turn.contact_id)
        if news is not None:
            return answer(scene, news.id, "keep")
        offer = None if pending else visits.open_offer(scene)
        if offer is not None:
            visits.accept_offer(scene, offer)
            return []
        scene.say("utter_menu")
        return []


def _as_meant(scene: Scene, intent: str) -> Events:
    """A yes to the only meaning that was offered: as if it had been chosen by its number."""
    if intent in FORMS:
        return [*cleared(*FORM_SLOTS, *IDEA_SLOTS), FollowupAction(FORMS[intent])]
    if intent in OTHERS:
        return OTHERS[intent]().play(scene)
    if intent in HANDLERS:
        return HANDLERS[intent](scene)
    scene.say("utter_menu")
    return []


class ActionDeny(SceneAction):
    """No to what was asked, if anything was."""

    def name(self) -> str:
        return "action_deny"

    def play(self, scene: Scene) -> Events:
        asked = scene.pending().get("question")
        if wants_another_name(scene):
            return begin_renaming(scene)
        if asked is None and booking_replies.wish(scene.turn.text) and active_bookings(scene):
            return ActionStartMove().play(scene)
        if asked == "erase" or scene.turn.choice("erase") == "no":
            scene.say("utter_data_kept")
        else:
            scene.say("utter_booking_kept" if asked == "cancel" else "utter_menu")
        return []


class ActionComplain(SceneAction):
    """One calm word of regret, and a coach; whoever goes on is only told how to reach one."""

    def name(self) -> str:
        return "action_complain"

    def play(self, scene: Scene) -> Events:
        if wants_another_name(scene):
            return begin_renaming(scene)
        again = scene.in_a_row("complain") > 1
        scene.say("utter_complain_again" if again else "utter_complain", options=(COACH,))
        return [scene.count("complain")]


class ActionMedia(SceneAction):
    """The assistant cannot listen or look; a coach can, and gets the conversation at the second such message in a row.

    A sticker or a reaction says nothing that anybody would have to hear.
    """

    def name(self) -> str:
        return "action_media"

    def play(self, scene: Scene) -> Events:
        if scene.turn.choice("media") == "sticker":
            if not scene.in_form():
                scene.say("utter_sticker")
            return []
        if scene.in_a_row("media") > 1:
            hand_over(scene, Reason.MEDIA)
            scene.say("utter_media_to_coach")
            say_what_follows(scene)
            return [*(left() if scene.in_form() else []), FollowupAction("action_listen")]
        scene.say("utter_media", options=(COACH,))
        return [scene.count("media")]
