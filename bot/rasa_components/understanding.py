"""What a message means, put together from the learned model, the entities in it and its clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.text import words
from bot.rasa_components.clauses import Clause, split
from bot.rasa_components.intent_model import OUT_OF_SCOPE, IntentModel
from bot.rasa_components.ngrams import Floats
from bot.rasa_components.short_messages import SURE, plain_intent
from bot.rasa_components.views import has_content

# What may stand beside a question without being one.
COURTESIES = frozenset(
    {"greet", "thank", "goodbye", "affirm", "deny", "inform", "go_back", "complain", OUT_OF_SCOPE}
)


@dataclass(frozen=True, kw_only=True)
class Guess:
    """An intent and how likely it is, from 0 to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something asked in a message, and the half-open range of the message that asks it."""

    guess: Guess
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """The intent to act on (``out_of_scope`` where the assistant would not act), the model's ranking, all
    questions, best first."""

    best: Guess
    ranking: tuple[Guess, ...]
    questions: tuple[Question, ...]


def understand(
    model: IntentModel, text: str, entities: Sequence[Mapping[str, Any]], variety: str
) -> Understanding:
    """What ``text``, written in ``variety``, means."""
    if not has_content(text):
        return _alone(Guess(intent=OUT_OF_SCOPE, confidence=1.0), text)
    plain = plain_intent(text, entities)
    if plain is not None:
        return _alone(Guess(intent=plain, confidence=SURE), text)
    clauses = split(text)
    parts = clauses if len(clauses) > 1 else ()
    probabilities = model.probabilities([text, *(clause.text for clause in parts)], variety)
    ranking = _ranking(model, probabilities[0])
    questions = _questions(model, parts, probabilities[1:], ranking[0].intent)
    if len({question.guess.intent for question in questions}) > 1:
        return Understanding(best=questions[0].guess, ranking=ranking, questions=questions)
    best = _decide(model, ranking, variety, questions)
    if best.intent == OUT_OF_SCOPE:
        return Understanding(best=best, ranking=ranking, questions=())
    return Understanding(
        best=best, ranking=ranking, questions=(Question(guess=best, start=0, end=len(text)),)
    )


def _alone(guess: Guess, text: str) -> Understanding:
    questions = () if guess.intent == OUT_OF_SCOPE else (Question(guess=guess, start=0, end=len(text)),)
    return Understanding(best=guess, ranking=(guess,), questions=questions)


def _ranking(model: IntentModel, probabilities: Floats) -> tuple[Guess, ...]:
    order = probabilities.argsort()[::-1]
    return tuple(
        Guess(intent=model.intents[index], confidence=float(probabilities[index])) for index in order
    )


def _decide(
    model: IntentModel, ranking: Sequence[Guess], variety: str, questions: Sequence[Question]
) -> Guess:
    """The best guess; a clear question beside a courtesy counts for more; nothing where even the best is too
    unsure."""
    best = ranking[0]
    if questions and (best.intent in COURTESIES or best.confidence < model.calibration(variety).floor):
        return questions[0].guess
    if best.intent != OUT_OF_SCOPE and best.confidence < model.calibration(variety).floor:
        return Guess(intent=OUT_OF_SCOPE, confidence=model.calibration(variety).refused_rightly)
    return best


def _questions(
    model: IntentModel, clauses: Sequence[Clause], probabilities: Floats, of_all: str
) -> tuple[Question, ...]:
    """The clear questions among the clauses, each intent once where it is clearest, best first.

    The one that is the likeliest intent ``of_all`` the message comes first, then the clearer one.
    """
    found: dict[str, Question] = {}
    for clause, row in zip(clauses, probabilities, strict=True):
        guess = Guess(intent=model.intents[int(row.argmax())], confidence=float(row.max()))
        if guess.intent in COURTESIES or guess.confidence < model.clause_floor or not words(clause.text):
            continue
        known = found.get(guess.intent)
        if known is None or known.guess.confidence < guess.confidence:
            found[guess.intent] = Question(guess=guess, start=clause.start, end=clause.end)
    order = sorted(found.values(), key=lambda one: (one.guess.intent != of_all, -one.guess.confidence))
    return tuple(order)
