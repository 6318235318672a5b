"""How well places, dates, times and the other values are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.development_set import SECTIONS, Labelled
from bot.evaluation.heard import Heard
from bot.evaluation.metrics import Tally

KINDS = ("commune", "date", "time", "phone_number", "sector", "language", "option")
OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class KindScore:
    """One kind of entity in one section. ``silent`` are the messages in which a value was taken that is not there,
    without the assistant asking."""

    kind: str
    section: str
    tally: Tally
    silent: int


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A message whose values of one kind were not found as labelled."""

    kind: str
    message: Labelled
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    asked: bool


def by_kind(messages: Sequence[Labelled], heard: Sequence[Heard]) -> tuple[KindScore, ...]:
    """Every kind in every section. Messages out of scope do not count: nothing is done with what they name."""
    pairs = [pair for pair in zip(messages, heard, strict=True) if pair[0].in_scope]
    scores = []
    for kind in KINDS:
        for section in SECTIONS:
            chosen = [pair for pair in pairs if pair[0].section == section]
            scores.append(
                KindScore(
                    kind=kind,
                    section=section,
                    tally=tally([(m.values(kind), h.values(kind)) for m, h in chosen]),
                    silent=sum(bool(h.values(kind, sure_only=True) - m.values(kind)) for m, h in chosen),
                )
            )
    return tuple(scores)


def tally(pairs: Sequence[tuple[Counter[str], Counter[str]]]) -> Tally:
    """Adds up what was there and what was found, message by message."""
    there = sum(labelled.total() for labelled, _ in pairs)
    right = sum((labelled & found).total() for labelled, found in pairs)
    return Tally(there=there, found=right, extra=sum(found.total() for _, found in pairs) - right)


def outside_places(messages: Sequence[Labelled], heard: Sequence[Heard]) -> Tally:
    """Messages that name a place outside the province: where that was noticed and no commune made of it."""
    pairs = [pair for pair in zip(messages, heard, strict=True) if OUTSIDE in pair[0].tags]
    wrong = [bool(h.values("commune") - m.values("commune")) for m, h in pairs]
    noticed = [h.outside and not bad for (_, h), bad in zip(pairs, wrong, strict=True)]
    return Tally(there=len(pairs), found=sum(noticed), extra=sum(wrong))


def misses(messages: Sequence[Labelled], heard: Sequence[Heard]) -> tuple[Miss, ...]:
    """Every message in scope of which a value is missing or too many."""
    found = []
    for kind in KINDS:
        for message, one in zip(messages, heard, strict=True):
            missing = message.values(kind) - one.values(kind)
            extra = one.values(kind) - message.values(kind)
            if message.in_scope and (missing or extra):
                found.append(
                    Miss(
                        kind=kind,
                        message=message,
                        missing=tuple(missing.elements()),
                        extra=tuple(extra.elements()),
                        asked=not one.values(kind, sure_only=True) - message.values(kind),
                    )
                )
    return tuple(found)
