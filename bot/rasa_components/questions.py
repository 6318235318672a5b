"""Which of the clauses of a message ask something of their own, and in which order they count."""

from __future__ import annotations

from collections.abc import Sequence
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
_LIKE_STORIES = frozenset(
    {"submit_idea", "ask_help", "ask_jobs", "bot_challenge", "ask_contact", "check_idea"}
)
_ASKING = frozenset({"where", "when", "how", "howmuch", "who", "what", "why"})
_ASKING_LESS = _ASKING | {"canI"}
_ENOUGH_FOR_A_STORY = 0.93
_ENOUGH_WITHOUT_ASKING = 0.9
_ENOUGH_OF_ALL = 0.15


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

    def clear(self, floor: float) -> bool:
        """Whether it is a question that stands out, at least ``floor`` likely."""
        return not self.guess.beside_a_question and self.guess.confidence >= floor


def asks(text: str) -> bool:
    """Whether ``text`` has a question mark or a word of those that questions begin with."""
    return "?" in fold(text) or not _ASKING.isdisjoint(concepts(words(fold(text))))


def readings(intents: Sequence[str], clauses: Sequence[Clause], probabilities: Floats) -> tuple[Reading, ...]:
    """What each clause that has words means, in order; ``probabilities`` has a row for each."""
    return tuple(
        Reading(
            guess=Guess(intent=intents[int(row.argmax())], confidence=float(row.max())),
            clause=clause,
            asking="?" in fold(clause.text)
            or not _ASKING_LESS.isdisjoint(concepts(words(fold(clause.text)))),
        )
        for clause, row in zip(clauses, probabilities, strict=True)
        if words(clause.text)
    )


def choose(read: Sequence[Reading], ranking: Sequence[Guess], floor: float) -> tuple[Question, ...]:
    """The questions of a message, each intent once, the main one first, the others in order; nothing where
    there are fewer than two.

    ``ranking`` is what the message means as a whole. As sure as the least sure of them is, as sure are all.
    """
    of_all = {guess.intent: guess.confidence for guess in ranking}
    found: dict[str, Reading] = {}
    for one in read:
        if not one.clear(floor) or not _of_its_own(one, of_all):
            continue
        known = found.get(one.guess.intent)
        if known is None or known.guess.confidence < one.guess.confidence:
            found[one.guess.intent] = one
    if len(found) < 2:
        return ()
    least = min(one.guess.confidence for one in found.values())
    order = sorted(found.values(), key=lambda one: (one.guess.intent not in _REQUESTS, one.clause.start))
    return tuple(
        Question(guess=replace(one.guess, confidence=least), start=one.clause.start, end=one.clause.end)
        for one in order
    )


def _of_its_own(one: Reading, of_all: dict[str, float]) -> bool:
    """Whether a clear clause is a question of its own and no part of the story around another one."""
    intent, sure = one.guess.intent, one.guess.confidence
    whole = of_all.get(intent, 0.0)
    if intent in _LIKE_STORIES:
        return sure >= _ENOUGH_FOR_A_STORY and one.asking and whole >= _ENOUGH_OF_ALL
    if one.asking or intent in _REQUESTS | _OTHER_TASKS:
        return True
    return sure >= _ENOUGH_WITHOUT_ASKING or whole >= 0.5
