"""A message that asks, and perhaps wants something done as well."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk.events import FollowupAction

from actions.answers import answer_questions
from actions.people import ActionChangeLanguage, ActionSubscribe, ActionUnsubscribe, Task
from actions.runtime import Events, Scene, SceneAction

TASKS: Mapping[str, type[Task]] = {
    "subscribe_updates": ActionSubscribe,
    "unsubscribe": ActionUnsubscribe,
    "change_language": ActionChangeLanguage,
}


class ActionAnswer(SceneAction):
    """Answers every question of the message, then does what it wants beside them."""

    def name(self) -> str:
        return "action_answer"

    def play(self, scene: Scene) -> Events:
        events = answer_questions(scene)
        beside = [intent for intent in scene.turn.intents if intent != scene.turn.intent]
        for intent in beside:
            if intent in TASKS:
                events += TASKS[intent]().do(scene)
        if "submit_idea" in beside and not scene.in_form():
            events.append(FollowupAction("idea_form"))
        return events
