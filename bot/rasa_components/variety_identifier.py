"""Decides in which variety to answer: what the person chose, else what the message shows, with the
conversation as prior."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.locales import DEFAULT_VARIETY, Variety
from bot.core.text import fold, share_of_arabic
from bot.rasa_components.calibration import softmax
from bot.rasa_components.fingerprints import sources_fingerprint
from bot.rasa_components.variety_model import HINTS, VARIETIES, VarietyModel, cue_counts, varieties_of_cue

VARIETY = "variety"
VARIETY_CONFIDENCE = "variety_confidence"

_NEUTRAL_KINDS = frozenset({"commune", "outside_place", "phone_number", "option"})
# Typed alike in all varieties of a script, so they say nothing about it.
_NEUTRAL_WORDS = frozenset(
    {
        "ok",
        "okay",
        "oki",
        "okey",
        "okk",
        "hhh",
        "hh",
        "hhhh",
        "haha",
        "lol",
        "menu",
        "القائمة",
        "قائمة",
        "المنيو",
        "لمنيو",
        "منيو",
        "start",
        "stop",
        "sms",
        "whatsapp",
        "telegram",
        "gmail",
    }
)
# The greeting of everybody who writes Arabic letters, whether Darija or Arabic follows.
_GREETING = frozenset({"سلام", "السلام", "عليكم", "وعليكم"})
# "9h", "10h30", "12/12", "06 61 …", "2": written alike in all varieties of a script, and in both.
_NUMBER = re.compile(r"[+\d][\d/:.,\-]*(?:h|hr|am|pm|dh|dhs)?[\d]*[?!.,;:]*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_](?:\w|')*")
# How much likelier the variety in use is than the others, before a message of one word is read; less for
# longer ones.
_PRIOR = 5.0
_FEW_WORDS = 2


@dataclass(frozen=True, kw_only=True)
class Identified:
    """A variety and how sure it is, from 0 to 1."""

    variety: str
    confidence: float


def without_neutral(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """The text without what says nothing about its variety: names of places, numbers, words that all
    varieties use."""
    kept = text
    for entity in sorted(entities, key=lambda one: int(one["start"]), reverse=True):
        if entity["entity"] in _NEUTRAL_KINDS:
            kept = kept[: entity["start"]] + " " + kept[entity["end"] :]
    words = [
        word
        for word in kept.split()
        if fold(word).strip(".,!?;:") not in _NEUTRAL_WORDS and not _NUMBER.fullmatch(word)
    ]
    return " ".join(words)


def identify(model: VarietyModel, text: str, telling: str, known: str | None, chosen: bool) -> Identified:
    """The variety of ``text``, whose part ``telling`` is not neutral; ``known`` is the one in use, ``chosen``
    by the person or not."""
    if known is not None and chosen:
        return Identified(variety=known, confidence=1.0)
    words = len(_WORD.findall(telling))
    if not words:
        return Identified(variety=known or _by_script(model, text), confidence=0.5)
    if known is None and _GREETING.issuperset(_WORD.findall(fold(telling))):
        return Identified(variety=DEFAULT_VARIETY.value, confidence=0.5)
    if words <= _FEW_WORDS:
        settled = _settled(text, telling, known)
        if settled is not None:
            return Identified(variety=settled, confidence=0.9)
    scores = model.scores(telling)
    if known is not None:
        scores[VARIETIES.index(known)] += _PRIOR / math.sqrt(words)
    probabilities = softmax(scores)
    best = int(probabilities.argmax())
    return Identified(variety=VARIETIES[best], confidence=float(probabilities[best]))


def _settled(text: str, telling: str, known: str | None) -> str | None:
    """What a few words say by themselves: all of them give the same variety away, or they give nothing away at all, and the
    variety in use is written in their script. Nothing where that does not decide it."""
    given_away = {frozenset(varieties_of_cue(word)) for word in re.findall(r"\w+", fold(telling))}
    if len(given_away) == 1:
        (only,) = given_away
        if len(only) == 1 and known is None:
            return next(iter(only))
    if known is None or any(cue_counts(telling)[:HINTS]):
        return None
    is_arabic = share_of_arabic(text) >= 0.5
    return known if is_arabic == Variety(known).is_arabic_script else None


def _by_script(model: VarietyModel, text: str) -> str:
    """Where nothing tells: Darija in Arabic script, or what the model makes of a name in Latin script."""
    if not _WORD.search(text):
        return DEFAULT_VARIETY.value
    if share_of_arabic(text) >= 0.5:
        return Variety.DARIJA_ARABIC.value
    probabilities = model.probabilities(text)
    latin = (Variety.DARIJA_LATIN.value, Variety.FRENCH.value)
    return max(latin, key=lambda variety: probabilities[variety])


# Registered as a classifier because that is what it does to Rasa's graph: it is trained, then runs on
# messages in its place.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VarietyIdentifier(GraphComponent):
    """Sets ``variety`` and ``variety_confidence``. Reads ``variety`` and ``variety_chosen`` of the message's
    metadata."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, model: VarietyModel | None) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VarietyIdentifier:
        """Called by Rasa before training."""
        return cls(model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VarietyIdentifier:
        """Called by Rasa to answer messages."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, VarietyModel.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa train anew when code or word lists have changed."""
        return sources_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example whose intent's metadata name a variety."""
        examples = sorted(
            (str(message.get(TEXT)), variety_of_example(message))
            for message in training_data.intent_examples
            if message.get(TEXT) and variety_of_example(message)
        )
        self._model = VarietyModel.fit([text for text, _ in examples], [variety for _, variety in examples])
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the variety to each message."""
        for message in messages:
            text = str(message.get(TEXT) or "")
            metadata = message.get("metadata") or {}
            known = metadata.get("variety") if metadata.get("variety") in VARIETIES else None
            telling = without_neutral(text, message.get(ENTITIES) or [])
            assert self._model is not None, "messages are processed by a loaded component"
            found = identify(self._model, text, telling, known, bool(metadata.get("variety_chosen")))
            message.set(VARIETY, found.variety, add_to_output=True)
            message.set(VARIETY_CONFIDENCE, round(found.confidence, 4), add_to_output=True)
        return messages


def variety_of_example(message: Message) -> str:
    """The variety that the metadata of a training example's intent name, or nothing."""
    metadata = message.get("metadata") or {}
    return str((metadata.get(METADATA_INTENT) or {}).get("variety") or "")
