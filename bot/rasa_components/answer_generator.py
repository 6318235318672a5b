"""Rasa's answer generator (``nlg.type`` in endpoints.yml): the words come from bot/texts, in the variety of the turn."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.events import ActiveLoop, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.core.locales import Variety, variety_or_default
from bot.core.texts import MissingText, Option, Rendered, Texts, default_texts

logger = logging.getLogger(__name__)

INSTEAD = "utter_unknown"
"""What is said where the words for an answer are missing."""
COACH = Option(key="option_coach", payload="/talk_to_human", values={})
SHORT = 3
"""Words of an answer in a form that are too few to tell a language."""


def variety_of_turn(tracker: DialogueStateTracker) -> Variety:
    """The variety to answer in: the one the person chose, else the one identified, else the one in use before."""
    chosen = tracker.get_slot("chosen_variety")
    if chosen:
        return Variety(chosen)
    message = tracker.latest_message
    if message is None:
        return variety_or_default(None)
    metadata = message.metadata or {}
    if metadata.get("variety_chosen") and metadata.get("variety"):
        return Variety(metadata["variety"])
    known = metadata.get("variety")
    if known and _only_gives_a_value(tracker):
        return Variety(known)
    return variety_or_default(message.parse_data.get("variety") or known)


def _only_gives_a_value(tracker: DialogueStateTracker) -> bool:
    """A place, an hour, a name, a yes answer what was asked: their letters do not change the language of the talk."""
    message = tracker.latest_message
    if (message.intent or {}).get("name") in ("inform", "affirm", "deny"):
        return True
    return _form_was_open(tracker) and len((message.text or "").split()) <= SHORT


def _form_was_open(tracker: DialogueStateTracker) -> bool:
    """Whether a form was asking before the latest message came; by now it may have begun or ended."""
    before = False
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            before = True
        elif before and isinstance(event, ActiveLoop):
            return bool(event.name)
    return False


class AnswerGenerator(NaturalLanguageGenerator):
    """Renders a response with its values and choices.

    A text that is missing is looked for once more in the files, which may have been changed since the start. If it is not there,
    that is logged, and the person is honestly told that a coach can answer: a turn that fails again and again is silence.
    """

    def __init__(self, endpoint_config: Any = None, domain: Any = None) -> None:
        self._texts = default_texts()

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """A message for the turn channel: text, buttons and what it asks the channel for."""
        values = kwargs.get("values") or {}
        variety = Variety(values["variety"]) if "variety" in values else variety_of_turn(tracker)
        options = [
            Option(key=o["key"], payload=o["payload"], values=o["values"])
            for o in kwargs.get("options") or []
        ]
        rendered = self._rendered(utter_action, variety, values, options)
        return {
            "text": rendered.text,
            "buttons": [{"title": button.title, "payload": button.payload} for button in rendered.buttons],
            "request": rendered.request.value if rendered.request else None,
            "request_title": rendered.request_title,
            "variety": variety.value,
        }

    def _rendered(
        self, key: str, variety: Variety, values: Mapping[str, Any], options: Sequence[Option]
    ) -> Rendered:
        try:
            return self._texts.render(key, variety, values, options)
        except MissingText:
            self._texts = Texts.load()
        try:
            return self._texts.render(key, variety, values, options)
        except MissingText as missing:
            logger.error("An answer could not be put into words: %s", missing)
            return self._texts.render(INSTEAD, variety, {}, [COACH])
