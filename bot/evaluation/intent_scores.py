"""How well intents are understood, section by section, from labels and guesses alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation import metrics
from bot.evaluation.development_set import OUT_OF_SCOPE, SECTIONS, Labelled
from bot.evaluation.metrics import Bin, Interval, Tally


@dataclass(frozen=True, kw_only=True)
class Guess:
    """An intent and how sure it is."""

    intent: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class SectionScore:
    """The figures of one section; a variety or the mixed messages.

    ``accuracy_any`` also takes another of the questions that the message asks for right.
    """

    name: str
    messages: int
    macro_f1: Interval
    accuracy: Interval
    accuracy_any: float
    refused_outside: Tally
    refused_inside: Tally
    bins: tuple[Bin, ...]
    calibration_error: float
    worst: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """An intent taken for another, how often, and the messages, the surest first."""

    label: str
    guess: str
    messages: tuple[tuple[Labelled, float], ...]


@dataclass(frozen=True, kw_only=True)
class SeveralScore:
    """Messages that ask several questions: how many have all their questions found and none too many, and the single
    questions; and how many messages with one question were taken to ask several."""

    messages: int
    complete: int
    in_order: int
    questions: Tally
    single: int
    single_split: int


_WORST = 8


def by_section(messages: Sequence[Labelled], guesses: Sequence[Guess]) -> tuple[SectionScore, ...]:
    """The score of every section that has messages."""
    scores = []
    for name in SECTIONS:
        rows = [row for row, message in enumerate(messages) if message.section == name]
        if rows:
            scores.append(_section(name, [messages[row] for row in rows], [guesses[row] for row in rows]))
    return tuple(scores)


def _section(name: str, messages: Sequence[Labelled], guesses: Sequence[Guess]) -> SectionScore:
    labels = [message.intent for message in messages]
    guessed = [guess.intent for guess in guesses]
    hits = [label == guess for label, guess in zip(labels, guessed, strict=True)]
    bins = metrics.reliability([guess.confidence for guess in guesses], hits)
    worst = sorted(metrics.f1_by_class(labels, guessed).items(), key=lambda item: (item[1], item[0]))
    any_right = [
        guess in message.intents or hit for message, guess, hit in zip(messages, guessed, hits, strict=True)
    ]
    return SectionScore(
        name=name,
        messages=len(messages),
        macro_f1=metrics.macro_f1_interval(labels, guessed),
        accuracy=metrics.share_interval(hits),
        accuracy_any=metrics.share(any_right),
        refused_outside=_refused(labels, guessed, outside=True),
        refused_inside=_refused(labels, guessed, outside=False),
        bins=bins,
        calibration_error=metrics.calibration_error(bins),
        worst=tuple(worst[:_WORST]),
    )


def _refused(labels: Sequence[str], guessed: Sequence[str], *, outside: bool) -> Tally:
    of_kind = [
        guess for label, guess in zip(labels, guessed, strict=True) if (label == OUT_OF_SCOPE) == outside
    ]
    return Tally(there=len(of_kind), found=of_kind.count(OUT_OF_SCOPE), extra=0)


def confusions(messages: Sequence[Labelled], guesses: Sequence[Guess]) -> tuple[Confusion, ...]:
    """Every pair of intents that was confused, the commonest first."""
    pairs: dict[tuple[str, str], list[tuple[Labelled, float]]] = {}
    for message, guess in zip(messages, guesses, strict=True):
        if message.intent != guess.intent:
            pairs.setdefault((message.intent, guess.intent), []).append((message, guess.confidence))
    found = [
        Confusion(label=label, guess=guess, messages=tuple(sorted(rows, key=lambda row: -row[1])))
        for (label, guess), rows in pairs.items()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.messages), one.label, one.guess)))


def several(messages: Sequence[Labelled], found: Sequence[tuple[str, ...]]) -> SeveralScore:
    """How well several questions in one message are found."""
    pairs = list(zip(messages, found, strict=True))
    asking = [(message.intents, guessed) for message, guessed in pairs if message.asks_several]
    # Messages out of scope have no question in them to be told apart.
    single = [guessed for message, guessed in pairs if not message.asks_several and message.in_scope]
    there = sum(len(asked) for asked, _ in asking)
    right = sum((Counter(asked) & Counter(guessed)).total() for asked, guessed in asking)
    extra = sum(len(guessed) for _, guessed in asking) - right
    return SeveralScore(
        messages=len(asking),
        complete=sum(set(asked) == set(guessed) for asked, guessed in asking),
        in_order=sum(asked == guessed for asked, guessed in asking),
        questions=Tally(there=there, found=right, extra=extra),
        single=len(single),
        single_split=sum(len(guessed) > 1 for guessed in single),
    )
