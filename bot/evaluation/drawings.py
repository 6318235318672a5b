"""Pictures as SVG, drawn to be read on a screen of any width, in light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.evaluation.metrics import Bin

_BAR, _GAP, _LABEL, _SCALE = 18, 8, 330, 420
_SQUARE = 180


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar from 0 to 1, with an interval, a mark where a peer is, and a line where the target is."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    peer: float | None = None
    target: float | None = None


def bars(title: str, shown: Sequence[Bar]) -> str:
    """Horizontal bars."""
    height = (_BAR + _GAP) * len(shown) + _GAP
    drawn = "".join(_bar(bar, _GAP + row * (_BAR + _GAP)) for row, bar in enumerate(shown))
    return _picture(title, _LABEL + _SCALE + 70, height, drawn)


def _bar(bar: Bar, top: int) -> str:
    middle, right = top + _BAR / 2, _LABEL + _SCALE * bar.value
    parts = [
        f'<text x="{_LABEL - 8}" y="{middle + 4}" text-anchor="end">{escape(bar.name)}</text>',
        f'<rect class="back" x="{_LABEL}" y="{top}" width="{_SCALE}" height="{_BAR}"/>',
        f'<rect class="bar" x="{_LABEL}" y="{top}" width="{_SCALE * bar.value:.1f}" height="{_BAR}"/>',
    ]
    if bar.low is not None and bar.high is not None:
        start, end = _LABEL + _SCALE * bar.low, _LABEL + _SCALE * bar.high
        parts.append(f'<path class="interval" d="M{start:.1f} {middle} H{end:.1f}"/>')
    if bar.peer is not None:
        parts.append(f'<circle class="peer" cx="{_LABEL + _SCALE * bar.peer:.1f}" cy="{middle}" r="5"/>')
    if bar.target is not None:
        at = _LABEL + _SCALE * bar.target
        parts.append(f'<path class="target" d="M{at:.1f} {top - 2} V{top + _BAR + 2}"/>')
    parts.append(f'<text x="{max(right, _LABEL + _SCALE) + 8:.1f}" y="{middle + 4}">{bar.value:.3f}</text>')
    return "".join(parts)


def reliability(title: str, bins: Sequence[Bin]) -> str:
    """How often guesses are right against how sure they are; on the diagonal the two agree. Bigger circles are more
    guesses."""
    side, margin, top = _SQUARE, 26, 14
    most = max((one.count for one in bins), default=1)
    parts = [
        f'<rect class="back" x="{margin}" y="{top}" width="{side}" height="{side}"/>',
        f'<path class="target" d="M{margin} {side + top} L{margin + side} {top}"/>',
        f'<text x="{margin + side / 2}" y="{side + top + 18}" text-anchor="middle">how sure</text>',
        f'<text transform="translate(16 {side / 2 + top}) rotate(-90)" text-anchor="middle">how often right</text>',
    ]
    for one in bins:
        across, up = margin + side * one.confidence, top + side * (1 - one.accuracy)
        size = 3 + 9 * (one.count / most) ** 0.5
        hint = f"{one.count} messages, sure {one.confidence:.2f}, right {one.accuracy:.2f}"
        parts.append(
            f'<circle class="bin" cx="{across:.1f}" cy="{up:.1f}" r="{size:.1f}"><title>{hint}</title></circle>'
        )
    return _picture(title, side + margin + 16, side + top + 28, "".join(parts))


def _picture(title: str, width: float, height: float, drawn: str) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg role="img" aria-label="{escape(title, quote=True)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">{drawn}</svg></figure>'
    )
