"""What the trained model makes of messages, exactly as ``make parse`` does it, and what that costs."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.core.trackers import DialogueStateTracker

from bot.evaluation.development_set import NOW, Labelled
from bot.evaluation.heard import Cost, Found, Heard
from bot.rasa_components.parse_file import Parser
from bot.rasa_components.variety_identifier import without_neutral

_OUTSIDE = "outside_place"
_MEGABYTE = 1_000_000


class Listener(Parser):
    """The parser of ``make parse``, which also says what stays inside: which values are uncertain, and what it would
    have answered in with another conversation behind it."""

    def hear(self, message: Labelled) -> Heard:
        """What the message means."""
        parse = self.parse(message.text, NOW)
        inside = self._inside(message.text, {"now": NOW})
        uncertain = {
            (one["entity"], str(one["value"]), one["end"] - one["start"])
            for one in inside["entities"]
            if one["uncertain"]
        }
        return Heard(
            variety=parse["variety"],
            intent=parse["intent"],
            confidence=parse["confidence"],
            intents=tuple(parse["intents"]),
            entities=tuple(_found(one, uncertain) for one in parse["entities"]),
            outside=any(one["entity"] == _OUTSIDE for one in inside["entities"]),
            telling_words=_words(without_neutral(message.text, inside["entities"])),
        )

    def variety(self, text: str, prior: str) -> str:
        """The variety to answer in where the conversation was in ``prior`` before."""
        return str(self._inside(text, {"now": NOW, "variety": prior})["variety"])

    def _inside(self, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
        message = UserMessage(text=text, sender_id="evaluation", metadata=metadata)
        tracker = DialogueStateTracker.from_events("evaluation", [])
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: tracker}
        understood = self._run(inputs=inputs, targets=[self._target])[self._target][0]
        found: dict[str, Any] = understood.as_dict(only_output_properties=True)
        return found


def cost(model: Path, folder: Path, messages: Sequence[Labelled]) -> tuple[Listener, Cost]:
    """Loads the model and understands every message once, on one core; call it before anything else fills the
    memory."""
    with one_core():
        started = time.monotonic()
        listener = Listener(model, folder)
        loaded = time.monotonic()
        spent = []
        for message in messages:
            before = time.process_time()
            listener.parse(message.text, NOW)
            spent.append(1000 * (time.process_time() - before))
        ended = time.monotonic()
    ordered = sorted(spent)
    return listener, Cost(
        median_ms=ordered[len(ordered) // 2],
        mean_ms=sum(ordered) / len(ordered),
        slowest_twentieth_ms=ordered[int(0.95 * len(ordered))],
        messages_per_second=len(messages) / (ended - loaded),
        resident_mb=resident_mb(),
        loading_seconds=loaded - started,
    )


def resident_mb() -> float:
    """The memory of this process that is in use: now where the system says it, else at its highest."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024 / _MEGABYTE
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest * (1 if sys.platform == "darwin" else 1024) / _MEGABYTE


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process on one core where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _found(entity: dict[str, Any], uncertain: set[tuple[str, str, int]]) -> Found:
    key = (entity["entity"], str(entity["value"]), entity["end"] - entity["start"])
    return Found(
        kind=key[0], value=key[1], start=entity["start"], end=entity["end"], uncertain=key in uncertain
    )


def _words(text: str) -> int:
    return sum(any(letter.isalpha() for letter in word) for word in text.split())
