"""An assessment as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from bot.evaluation import drawings, summary
from bot.evaluation.assessment import Assessment
from bot.evaluation.development_set import MIXED
from bot.evaluation.drawings import Bar
from bot.evaluation.targets import all_of

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2a26; --paper: #fbfaf6; --bar: #2f7d63; --back: #e9e5da; --mark: #c4622d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6df; --paper: #15201c; --bar: #58b594; --back: #2a3631; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { padding: .2rem .7rem; text-align: start; border-bottom: 1px solid var(--back); vertical-align: top; }
td.number { text-align: end; font-variant-numeric: tabular-nums; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; vertical-align: top; }
figcaption { font-weight: 600; }
svg { max-width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--ink); }
.back { fill: var(--back); } .bar, .bin { fill: var(--bar); } .bin { fill-opacity: .75; } .peer { fill: var(--mark); }
.interval { stroke: var(--ink); stroke-width: 2; } .target { stroke: var(--mark); stroke-dasharray: 4 3; fill: none; }
.missed { color: var(--mark); font-weight: 600; } pre { overflow-x: auto; font-size: 13px; }
summary { cursor: pointer; } .message { unicode-bidi: plaintext; }
"""
_TARGET_HINT = "Dashed lines are the targets."
_PEER_HINT = f"Dots are Rasa's counts + logistic regression on the same data. {_TARGET_HINT}"


def render(found: Assessment) -> str:
    """The whole page."""
    body = "".join(_body(found))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>How well messages are understood</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _body(found: Assessment) -> Iterator[str]:
    yield "<h1>How well messages are understood</h1>"
    yield (
        f"<p>{found.messages} messages of the development set, model {escape(found.model)}, trained on "
        f"{found.trained_on} examples; made {escape(found.made_at)}. {found.left_out} more are left out: they stand word "
        "for word among the examples.</p>"
    )
    yield "<h2>Targets</h2>"
    yield _targets(found)
    yield f"<h2>Intents</h2><p>{_PEER_HINT if found.peers else _TARGET_HINT}</p>"
    yield _f1_bars(found)
    yield "<div>"
    for one in found.sections:
        title = f"{one.name}: calibration error {one.calibration_error:.3f}"
        yield drawings.reliability(title, one.bins)
    yield "</div>"
    yield _refusals(found)
    yield "<h2>Values</h2>"
    yield _value_bars(found)
    yield "<h2>Variety</h2>"
    yield drawings.bars(
        "Messages whose variety is right",
        [Bar(name=row.name.strip(), value=row.tally.recall) for row in found.varieties],
    )
    yield f"<h2>Everything in figures</h2><pre>{escape(chr(10).join(summary.lines(found)))}</pre>"
    yield from _messages(found)


def _targets(found: Assessment) -> str:
    rows = []
    for one in all_of(found):
        sign = "at most" if one.at_most else "at least"
        mark = "reached" if one.met else '<span class="missed">missed</span>'
        reached = f"{one.reached:.4g}" if one.unit else f"{one.reached:.3f}"
        rows.append((escape(one.name), reached, f"{sign} {one.wanted:g} {one.unit}", mark))
    return _table(("what", "reached", "wanted", ""), rows)


def _f1_bars(found: Assessment) -> str:
    peer = {one.name: one.macro_f1.value for one in found.peers[0].sections} if found.peers else {}
    return drawings.bars(
        "Macro-F1 over the intents, with the interval that resampling gives",
        [
            Bar(
                name=f"{one.name} ({one.messages} messages)",
                value=one.macro_f1.value,
                low=one.macro_f1.low,
                high=one.macro_f1.high,
                peer=peer.get(one.name),
                target=0.93 if one.name == MIXED else 0.95,
            )
            for one in found.sections
        ],
    )


def _refusals(found: Assessment) -> str:
    right = [Bar(name=one.name, value=one.refused_outside.recall, target=0.85) for one in found.sections]
    wrong = [Bar(name=one.name, value=one.refused_inside.recall, target=0.03) for one in found.sections]
    return drawings.bars("Out of scope, refused", right) + drawings.bars("Good messages, refused", wrong)


def _value_bars(found: Assessment) -> str:
    shown = [
        Bar(name=f"{one.kind}, {one.section} ({one.tally.there})", value=one.tally.recall)
        for one in found.kinds
        if one.tally.there
    ]
    return drawings.bars("Values found as labelled", shown)


def _messages(found: Assessment) -> Iterator[str]:
    yield "<h2>Confusions and their messages</h2>"
    for one in found.confusions:
        rows = [(_message(m.text), m.section, f"{sure:.2f}") for m, sure in one.messages]
        title = f"{len(one.messages)} × {escape(one.label)} taken for {escape(one.guess)}"
        yield f"<details><summary>{title}</summary>{_table(('message', 'section', 'sure'), rows)}</details>"
    yield "<h2>Values missing or too many</h2>"
    missed = [
        (
            one.kind,
            _message(one.message.text),
            _listed(one.missing),
            _listed(one.extra),
            "yes" if one.asked else "no",
        )
        for one in found.misses
    ]
    yield _table(("kind", "message", "missing", "too many", "asked about"), missed)
    yield "<h2>Variety taken for another</h2>"
    wrong = [(_message(message.text), message.variety, guess) for message, guess in found.variety_wrong]
    yield _table(("message", "is", "taken for"), wrong)


def _message(text: str) -> str:
    return f'<span class="message" dir="auto">{escape(text)}</span>'


def _listed(values: Iterable[str]) -> str:
    return escape(", ".join(values))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
