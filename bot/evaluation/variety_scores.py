"""How well the variety of a message is recognised, by its length and by the conversation behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.evaluation.development_set import CHANGE_LANGUAGE, MIXED, VARIETIES, Labelled
from bot.evaluation.heard import Heard
from bot.evaluation.metrics import Tally

SHORT_WORDS = 2
WANTED_SENTENCES, WANTED_SHORT = 0.99, 0.95
Answer = Callable[[str, str], str]
"""The variety of a text, given the variety of the conversation before it."""


@dataclass(frozen=True, kw_only=True)
class VarietyScore:
    """One row of the table: which messages, with what behind them, how many are right, and the share that is wanted."""

    name: str
    tally: Tally
    wanted: float | None = None


def counted(message: Labelled) -> bool:
    """Whether it has one variety that can be told from it: it mixes none, and does not ask for another one."""
    if MIXED in message.tags:
        return False
    asked = [value for kind, value in message.entities if kind == "language"]
    return message.intent != CHANGE_LANGUAGE or asked in ([], [message.variety])


def scores(messages: Sequence[Labelled], heard: Sequence[Heard], answer: Answer) -> tuple[VarietyScore, ...]:
    """All rows. ``answer`` is asked for the messages that are judged with a conversation behind them."""
    pairs = list(zip(messages, heard, strict=True))
    plain = [(m, h) for m, h in pairs if counted(m)]
    neutral = [m for m, h in plain if h.telling_words == 0]
    short = [(m, h) for m, h in plain if 0 < h.telling_words <= SHORT_WORDS]
    long = [(m, h) for m, h in plain if h.telling_words > SHORT_WORDS]
    return (
        *_of_sentences(long),
        VarietyScore(
            name="sentences, the conversation being in another variety",
            tally=_behind([m for m, _ in long], _another, answer),
        ),
        VarietyScore(name="1-2 words, nothing before", tally=_alone(short), wanted=WANTED_SHORT),
        VarietyScore(
            name="1-2 words in a conversation",
            tally=_behind([m for m, _ in short], _same, answer),
            wanted=WANTED_SHORT,
        ),
        VarietyScore(
            name="nothing telling (names, numbers, emoji) in a conversation",
            tally=_behind(neutral, _same, answer),
            wanted=WANTED_SHORT,
        ),
        VarietyScore(name="mixed messages", tally=_alone([(m, h) for m, h in pairs if MIXED in m.tags])),
    )


def _of_sentences(pairs: Sequence[tuple[Labelled, Heard]]) -> Iterator[VarietyScore]:
    yield VarietyScore(name="sentences (3 words and more)", tally=_alone(pairs), wanted=WANTED_SENTENCES)
    for variety in VARIETIES:
        chosen = [(m, h) for m, h in pairs if m.variety == variety]
        yield VarietyScore(name=f"  of which {variety}", tally=_alone(chosen), wanted=WANTED_SENTENCES)


def wrong(messages: Sequence[Labelled], heard: Sequence[Heard]) -> tuple[tuple[Labelled, str], ...]:
    """Messages with something telling in them that were taken for another variety, the longest first."""
    found = [
        (message, one.variety)
        for message, one in zip(messages, heard, strict=True)
        if counted(message) and one.telling_words and message.variety != one.variety
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[0].text)))


def _alone(pairs: Sequence[tuple[Labelled, Heard]]) -> Tally:
    right = sum(message.variety == heard.variety for message, heard in pairs)
    return Tally(there=len(pairs), found=right, extra=0)


def _behind(messages: Sequence[Labelled], prior: Callable[[int, Labelled], str], answer: Answer) -> Tally:
    right = sum(
        answer(message.text, prior(row, message)) == message.variety for row, message in enumerate(messages)
    )
    return Tally(there=len(messages), found=right, extra=0)


def _same(row: int, message: Labelled) -> str:
    return message.variety


def _another(row: int, message: Labelled) -> str:
    others = [variety for variety in VARIETIES if variety != message.variety]
    return others[row % len(others)]
