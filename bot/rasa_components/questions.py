"""Which of the clauses of a message ask something of their own, and in which order they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.text import fold, words
from bot.rasa_components.clauses import Clause
from bot.rasa_components.concepts import concepts
from bot.rasa_components.intent_model import OUT_OF_SCOPE
from bot.rasa_components.ngrams import Floats

# What may stand beside a question without being one.
COURTESIES = frozenset(
    {"greet", "thank", "goodbye", "affirm", "deny", "inform", "go_back", "complain", OUT_OF_SCOPE}
)
# What is to be done; such a request is what the message is for, whatever is asked beside it.
_REQUESTS = frozenset({"book_slot", "reschedule_booking", "cancel_booking", "talk_to_human"})
_OTHER_TASKS = frozenset({"unsubscribe", "subscribe_updates", "delete_my_data", "change_language"})
# What the telling of a story looks like to the model: "I have an idea", "I do not know where to begin".
_LIKE_STORIES = frozenset({"submit_idea", "ask_help", "bot_challenge"})
_ASKING = frozenset({"where", "when", "how", "howmuch", "who", "what", "why"})
_ASKING_LESS = _ASKING | {"canI"}
# How sure a clause has to be to count by itself, and how likely its meaning in the message as a whole otherwise.
# Chosen on held-out training examples, alone and joined in pairs.
_ENOUGH_ASKING, _ENOUGH_WITHOUT_ASKING, _ENOUGH_LIKE_A_STORY = 0.75, 0.9, 0.93
_IN_ALL, _IN_ALL_WITHOUT_ASKING, _IN_ALL_LIKE_A_STORY = 0.1, 0.3, 0.02
_CLEARLY = 0.6
_ENOUGH_FURTHER = 0.4
# How likely the meaning of a clause has to be in a message that is out of scope as a whole: "papers for a passport,
# which ones" asks about papers, but not about ours.
WITHIN_REACH = 0.1


@dataclass(frozen=True, kw_only=True)
class Guess:
    """An intent and how likely it is, from 0 to 1."""

    intent: str
    confidence: float

    @property
    def beside_a_question(self) -> bool:
        """Whether it may stand beside a question without being one."""
        return self.intent in COURTESIES


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something asked in a message, and the half-open range of the message that asks it."""

    guess: Guess
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a clause means by itself, and whether it has the words of a question."""

    guess: Guess
    clause: Clause
    asking: bool
    question: Guess
    """The likeliest thing that it may ask, if it asks something of ours."""

    def clear(self, floor: float) -> bool:
        """Whether it is a question that stands out, at least ``floor`` likely."""
        return not self.guess.beside_a_question and self.guess.confidence >= floor


def asks(text: str) -> bool:
    """Whether ``text`` has a question mark or a word of those that questions begin with."""
    return "?" in fold(text) or not _ASKING.isdisjoint(concepts(words(fold(text))))


def readings(intents: Sequence[str], clauses: Sequence[Clause], probabilities: Floats) -> tuple[Reading, ...]:
    """What each clause that has words means, in order; ``probabilities`` has a row for each."""
    return tuple(
        _reading(intents, clause, row)
        for clause, row in zip(clauses, probabilities, strict=True)
        if words(clause.text)
    )


def _reading(intents: Sequence[str], clause: Clause, row: Floats) -> Reading:
    return Reading(
        guess=Guess(intent=intents[int(row.argmax())], confidence=float(row.max())),
        clause=clause,
        asking="?" in fold(clause.text) or not _ASKING_LESS.isdisjoint(concepts(words(fold(clause.text)))),
        question=_likeliest_question(intents, row),
    )


def _likeliest_question(intents: Sequence[str], row: Floats) -> Guess:
    """As likely as it is if the clause is no courtesy and no value."""
    shares = {name: float(share) for name, share in zip(intents, row, strict=True) if name not in COURTESIES}
    name = max(shares, key=lambda each: shares[each])
    besides = float(row.sum()) - sum(shares.values())
    return Guess(intent=name, confidence=shares[name] / max(1.0 - besides, 1e-6))


def choose(read: Sequence[Reading], ranking: Sequence[Guess], floor: float) -> tuple[Question, ...]:
    """The questions of a message, each intent once, the main one first, the others in order; nothing where
    there are fewer than two.

    ``ranking`` is what the message means as a whole. As sure as the least sure of them is, as sure are all.
    """
    of_all = {guess.intent: guess.confidence for guess in ranking}
    outside = bool(ranking) and ranking[0].intent == OUT_OF_SCOPE
    found: dict[str, Reading] = {}
    for one in read:
        if not one.clear(floor) or not _of_its_own(one, of_all):
            continue
        if outside and of_all.get(one.guess.intent, 0.0) < WITHIN_REACH:
            continue
        known = found.get(one.guess.intent)
        if known is None or known.guess.confidence < one.guess.confidence:
            found[one.guess.intent] = one
    if len(found) < 2:
        return ()
    least = min(one.guess.confidence for one in found.values())
    found |= _further(read, found)
    order = sorted(found.values(), key=_place)
    return tuple(
        Question(guess=replace(one.guess, confidence=least), start=one.clause.start, end=one.clause.end)
        for one in order
    )


def _further(read: Sequence[Reading], found: Mapping[str, Reading]) -> dict[str, Reading]:
    """What else is asked in a message that asks two things already: a third question is short and less clear by itself."""
    more: dict[str, Reading] = {}
    for one in read:
        intent = one.question.intent
        known = (
            intent in found or intent in more or any(one.clause == other.clause for other in found.values())
        )
        of_ours = intent not in _REQUESTS | _OTHER_TASKS | _LIKE_STORIES
        if one.asking and of_ours and not known and one.question.confidence >= _ENOUGH_FURTHER:
            more[intent] = replace(one, guess=one.question)
    return more


def _place(one: Reading) -> tuple[int, int]:
    """Requests before questions before stories, and each of them in the order of the message."""
    intent = one.guess.intent
    return 0 if intent in _REQUESTS else 2 if intent in _LIKE_STORIES else 1, one.clause.start


def _of_its_own(one: Reading, of_all: dict[str, float]) -> bool:
    """Whether a clear clause is a question of its own and no part of the story around another one."""
    intent, sure = one.guess.intent, one.guess.confidence
    in_all = of_all.get(intent, 0.0)
    if intent in _LIKE_STORIES:
        asked = one.asking and sure >= _ENOUGH_LIKE_A_STORY and in_all >= _IN_ALL_LIKE_A_STORY
        return asked or (in_all >= _IN_ALL_WITHOUT_ASKING and sure >= _CLEARLY)
    if one.asking or intent in _REQUESTS | _OTHER_TASKS:
        return sure >= _ENOUGH_ASKING or in_all >= _IN_ALL
    return sure >= _ENOUGH_WITHOUT_ASKING or in_all >= _IN_ALL_WITHOUT_ASKING
