"""An assessment as text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.evaluation.assessment import Assessment, PeerScore
from bot.evaluation.entity_scores import KINDS
from bot.evaluation.intent_scores import SectionScore
from bot.evaluation.targets import all_of

_CONFUSIONS = 25


def lines(found: Assessment) -> Iterator[str]:
    """The summary, line by line."""
    yield f"{found.messages} messages, model {found.model} trained on {found.trained_on} examples, {found.made_at}"
    yield f"({found.left_out} more are left out: they stand word for word among the examples)"
    yield ""
    yield from _intents(found.sections)
    yield ""
    yield from _several(found)
    yield ""
    yield from _entities(found)
    yield ""
    yield from _varieties(found)
    yield ""
    yield from _costs(found)
    yield ""
    yield from _peers(found)
    yield ""
    yield from _confusions(found)
    yield ""
    yield from _targets(found)


def section_table(sections: Sequence[SectionScore]) -> Iterator[str]:
    """One line a section: the figures of intents."""
    yield (
        f"{'':10}{'messages':>9}{'macro-F1':>10}{'95 %':>14}{'accuracy':>10}"
        f"{'oos found':>11}{'refused':>9}{'calib.':>8}"
    )
    for one in sections:
        interval = f"{one.macro_f1.low:.3f}-{one.macro_f1.high:.3f}"
        yield (
            f"{one.name:10}{one.messages:9}{one.macro_f1.value:10.3f}{interval:>14}{one.accuracy.value:10.3f}"
            f"{one.refused_outside.recall:11.3f}{one.refused_inside.recall:9.3f}{one.calibration_error:8.3f}"
        )


def _intents(sections: Sequence[SectionScore]) -> Iterator[str]:
    yield "Intents (oos found: out-of-scope messages refused; refused: good messages refused)"
    yield from section_table(sections)
    for one in sections:
        worst = ", ".join(f"{name} {score:.2f}" for name, score in one.worst[:6])
        yield f"  worst in {one.name}: {worst}"


def _several(found: Assessment) -> Iterator[str]:
    one = found.several
    yield "Several questions in one message"
    yield (
        f"  {one.messages} messages: all found and none too many in {one.complete}, also in order in {one.in_order}; "
        f"{one.questions.found} of {one.questions.there} questions found, {one.questions.extra} too many"
    )
    yield f"  of {one.single} messages with one question {one.single_split} were taken for several"


def _entities(found: Assessment) -> Iterator[str]:
    yield "Values found / there (too many; taken wrongly without asking)"
    names = [one.name for one in found.sections]
    yield f"{'':14}" + "".join(f"{name:>22}" for name in names)
    for kind in KINDS:
        cells = {one.section: one for one in found.kinds if one.kind == kind}
        row = ""
        for name in names:
            tally = cells[name].tally
            row += f"{f'{tally.found}/{tally.there} ({tally.extra}; {cells[name].silent})':>22}"
        yield f"{kind:14}{row}"
    yield f"places outside: {found.outside.found}/{found.outside.there} recognised"


def _varieties(found: Assessment) -> Iterator[str]:
    yield "Variety"
    for row in found.varieties:
        yield f"  {row.name:62}{row.tally.found:6}/{row.tally.there:<6}{row.tally.recall:8.3f}"


def _costs(found: Assessment) -> Iterator[str]:
    cost = found.cost
    yield (
        f"One core: {cost.mean_ms:.1f} ms a message (median {cost.median_ms:.1f}, slowest twentieth "
        f"{cost.slowest_twentieth_ms:.1f}), {cost.messages_per_second:.0f} messages a second by the clock; "
        f"loaded in {cost.loading_seconds:.1f} s; {cost.resident_mb:.0f} MB resident"
    )
    if found.server is not None:
        yield (
            f"Rasa's server: ready after {found.server.ready_seconds:.1f} s "
            f"({found.server.processor_seconds:.1f} s of processor time), {found.server.resident_mb:.0f} MB resident"
        )
    if found.training_seconds is not None:
        yield f"Training: {found.training_seconds:.0f} s"
    else:
        yield "Training: not measured, because the model was there already"


def _peers(found: Assessment) -> Iterator[str]:
    for peer in found.peers:
        yield from peer_lines(peer, found.sections, found.cost.mean_ms)
    for task in dict.fromkeys(one.task for one in found.rivals):
        yield f"Compared: {task}"
        rivals = [one for one in found.rivals if one.task == task]
        yield f"  {'':44}" + "".join(f"{row.name:>11}" for row in rivals[0].rows)
        for rival in rivals:
            yield f"  {rival.name:44}" + "".join(f"{row.tally.recall:11.3f}" for row in rival.rows)


def peer_lines(peer: PeerScore, ours: Sequence[SectionScore], our_ms: float) -> Iterator[str]:
    """A peer's table, and how many times fewer errors we make."""
    yield (
        f"{peer.name}: trained on {peer.trained_on} examples in {peer.training_seconds:.0f} s, "
        f"{peer.mean_ms:.1f} ms a message"
    )
    yield from section_table(peer.sections)
    ratios = [
        f"{mine.name} {_ratio(1 - theirs.accuracy.value, 1 - mine.accuracy.value)}"
        for mine, theirs in zip(ours, peer.sections, strict=True)
    ]
    yield f"  its errors for each of ours: {', '.join(ratios)}; its time for each of ours: {_ratio(peer.mean_ms, our_ms)}"


def _ratio(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.2f}" if ours else "all"


def _confusions(found: Assessment) -> Iterator[str]:
    yield "Commonest confusions (all of them with their messages are in the report)"
    for one in found.confusions[:_CONFUSIONS]:
        example, confidence = one.messages[0]
        yield f"  {len(one.messages):3} {one.label} taken for {one.guess}: {example.text[:90]!r} ({confidence:.2f})"


def _targets(found: Assessment) -> Iterator[str]:
    targets = all_of(found)
    yield f"Targets: {sum(one.met for one in targets)} of {len(targets)} met; missed:"
    for one in targets:
        if not one.met:
            sign = "<=" if one.at_most else ">="
            yield f"  {one.name}: {one.reached:.3f} (wanted {sign} {one.wanted:g} {one.unit})"
