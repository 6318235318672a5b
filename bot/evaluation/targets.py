"""What the assistant is meant to reach, beside what was reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.evaluation.assessment import Assessment
from bot.evaluation.development_set import MIXED
from bot.evaluation.metrics import Tally

_PLACES, _OUTSIDE, _MOMENTS = 0.97, 0.95, 0.95


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure, what it should at least (or, ``at_most``, at most) be, and what it is. ``unit`` is empty for shares."""

    name: str
    wanted: float
    reached: float
    at_most: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.reached <= self.wanted if self.at_most else self.reached >= self.wanted


def all_of(found: Assessment) -> tuple[Target, ...]:
    """Every target, in the order of the report."""
    return (*_intents(found), *_values(found), *_varieties(found), *_costs(found))


def _intents(found: Assessment) -> Iterator[Target]:
    for one in found.sections:
        yield Target(
            name=f"intents, macro-F1, {one.name}",
            wanted=0.93 if one.name == MIXED else 0.95,
            reached=one.macro_f1.value,
        )
    for one in found.sections:
        if one.name == MIXED:
            continue
        yield Target(
            name=f"out of scope refused, {one.name}", wanted=0.85, reached=one.refused_outside.recall
        )
        yield Target(
            name=f"good messages refused, {one.name}",
            wanted=0.03,
            reached=one.refused_inside.recall,
            at_most=True,
        )
        yield Target(
            name=f"calibration error, {one.name}", wanted=0.05, reached=one.calibration_error, at_most=True
        )


def _values(found: Assessment) -> Iterator[Target]:
    places = [one.tally for one in found.kinds if one.kind == "commune"]
    yield Target(name="places, first reading", wanted=_PLACES, reached=_together(places).recall)
    yield Target(name="places outside recognised", wanted=_OUTSIDE, reached=found.outside.recall)
    for one in found.kinds:
        if one.kind in {"date", "time"} and one.section != MIXED:
            yield Target(name=f"{one.kind}s, {one.section}", wanted=_MOMENTS, reached=one.tally.recall)
    silent = sum(one.silent for one in found.kinds if one.kind in {"date", "time"})
    yield Target(
        name="dates and times taken wrongly without asking",
        wanted=0,
        reached=silent,
        at_most=True,
        unit="messages",
    )


def _varieties(found: Assessment) -> Iterator[Target]:
    for row in found.varieties:
        if row.wanted is not None:
            yield Target(name=f"variety, {row.name.strip()}", wanted=row.wanted, reached=row.tally.recall)


def _costs(found: Assessment) -> Iterator[Target]:
    def most(name: str, wanted: float, reached: float, unit: str) -> Target:
        return Target(name=name, wanted=wanted, reached=reached, at_most=True, unit=unit)

    yield most("processor time a message, one core", 15, found.cost.mean_ms, "ms")
    yield Target(
        name="make parse, messages a second",
        wanted=50,
        reached=found.cost.messages_per_second,
        unit="a second",
    )
    if found.server is not None:
        yield most("Rasa ready after", 25, found.server.ready_seconds, "s")
        yield most("Rasa's memory", 700, found.server.resident_mb, "MB")
    if found.training_seconds is not None:
        yield most("training", 240, found.training_seconds, "s")


def _together(tallies: list[Tally]) -> Tally:
    return Tally(
        there=sum(one.there for one in tallies),
        found=sum(one.found for one in tallies),
        extra=sum(one.extra for one in tallies),
    )
