"""What a message means, put together from the learned model, the entities in it and its clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rasa_components.clauses import split
from bot.rasa_components.intent_model import OUT_OF_SCOPE, IntentModel
from bot.rasa_components.ngrams import Floats
from bot.rasa_components.plain_names import with_plain_names
from bot.rasa_components.questions import WITHIN_REACH, Guess, Question, Reading, asks, choose, readings
from bot.rasa_components.short_messages import INFORM, SURE, plain_intent
from bot.rasa_components.views import has_content


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
    whole = with_plain_names(text, entities)
    seen = [whole, *(with_plain_names(text, entities, start=one.start, end=one.end) for one in parts)]
    probabilities = model.probabilities(seen, variety)
    ranking = _ranking(model, probabilities[0], asking=asks(text))
    read = readings(model.intents, parts, probabilities[1:])
    questions = choose(read, ranking, model.clause_floor)
    if len(questions) > 1:
        return Understanding(best=questions[0].guess, ranking=ranking, questions=questions)
    best = _decide(model, ranking, variety, read)
    if best.intent == OUT_OF_SCOPE:
        return Understanding(best=best, ranking=ranking, questions=())
    return Understanding(
        best=best, ranking=ranking, questions=(Question(guess=best, start=0, end=len(text)),)
    )


def _alone(guess: Guess, text: str) -> Understanding:
    questions = () if guess.intent == OUT_OF_SCOPE else (Question(guess=guess, start=0, end=len(text)),)
    return Understanding(best=guess, ranking=(guess,), questions=questions)


def _ranking(model: IntentModel, probabilities: Floats, *, asking: bool) -> tuple[Guess, ...]:
    """All intents, likeliest first; a message that asks something does not just give a value."""
    shares = probabilities.astype(float)
    if asking and INFORM in model.intents:
        shares[model.intents.index(INFORM)] = 0.0
        shares = shares / max(float(shares.sum()), 1e-6)
    order = shares.argsort()[::-1]
    return tuple(Guess(intent=model.intents[index], confidence=float(shares[index])) for index in order)


def _decide(model: IntentModel, ranking: Sequence[Guess], variety: str, read: Sequence[Reading]) -> Guess:
    """The best guess; a clear question beside a courtesy counts for more; nothing where even the best is too
    unsure."""
    best = ranking[0]
    floor = model.calibration(variety).floor
    in_all = {guess.intent: guess.confidence for guess in ranking}
    clear = [
        one.guess
        for one in read
        if one.clear(model.clause_floor)
        and (best.intent != OUT_OF_SCOPE or in_all.get(one.guess.intent, 0.0) >= WITHIN_REACH)
    ]
    if clear and (best.beside_a_question or best.confidence < floor):
        return max(clear, key=lambda guess: guess.confidence)
    if best.intent != OUT_OF_SCOPE and best.confidence < floor:
        return Guess(intent=OUT_OF_SCOPE, confidence=model.calibration(variety).refused_rightly)
    return best
