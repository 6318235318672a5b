"""``python -m bot.rasa_components.parse_file MODEL IN OUT``: understand each message of a file, without a
server.

Runs the trained model's own graph, so that what comes out is what a conversation would get. IN has one JSON
object a line with ``text`` and optionally ``now`` (ISO 8601); OUT gets one a line in the same order.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.core.entities import CONTRACT_KINDS
from bot.core.locales import DEFAULT_VARIETY
from bot.rasa_components.intent_model import OUT_OF_SCOPE
from bot.rasa_components.moment import written_at
from bot.rasa_components.short_messages import CHANGE_LANGUAGE
from bot.rasa_components.straight_graph import straight
from bot.rasa_components.typed_text import message_text

_SENDER = "parse"
# What channels and buttons send; where it is typed, signs alone for instance, it asks nothing.
_NOT_TYPED = frozenset({"send_media", "share_location", "answer_change", "nlu_fallback"})
# Half a character: JSON can say it, UTF-8 cannot.
_LONE = re.compile("[\ud800-\udfff]")


class Parser:
    """A trained model, ready to understand messages. ``folder`` is where it is unpacked and has to exist as
    long as it is used."""

    def __init__(self, model: Path, folder: Path) -> None:
        metadata, runner = load_predict_graph_runner(folder, model, LocalModelStorage, DaskGraphRunner)
        self._run = straight(runner)
        self._target = metadata.nlu_target

    def parse(self, typed: str, now: str | None = None) -> dict[str, Any]:
        """One message as the evaluation contract writes it."""
        text = message_text(typed=_LONE.sub("\ufffd", typed), payload=None, offered=[])
        message = UserMessage(text=text, sender_id=_SENDER, metadata={"now": now} if now else {})
        tracker = DialogueStateTracker.from_events(_SENDER, [])
        inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: tracker}
        parsed = self._run(inputs=inputs, targets=[self._target])[self._target][0]
        # What is typed before the text proper, for instance spaces, was taken away: positions count from the
        # beginning all the same.
        shift = len(typed) - len(text) if _LONE.sub("\ufffd", typed).endswith(text) else 0
        return {"text": typed, **_as_contract(parsed.as_dict(only_output_properties=True), shift)}


def as_line(parsed: dict[str, Any]) -> str:
    """A parse as a line that can be written as UTF-8 whatever was typed."""
    readable = json.dumps(parsed, ensure_ascii=False)
    return (json.dumps(parsed) if _LONE.search(readable) else readable) + "\n"


def _as_contract(parsed: dict[str, Any], shift: int) -> dict[str, Any]:
    intent = parsed.get("intent") or {}
    name = intent.get("name") or OUT_OF_SCOPE
    questions = [question["name"] for question in parsed.get("intents") or []]
    if name in _NOT_TYPED:
        name, questions = OUT_OF_SCOPE, []
    entities = [
        {
            "entity": entity["entity"],
            "value": entity["value"],
            "start": entity["start"] + shift,
            "end": entity["end"] + shift,
        }
        for entity in parsed.get("entities") or []
        if entity["entity"] in CONTRACT_KINDS
    ]
    return {
        "variety": _answered_in(parsed, name),
        "intent": name,
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "entities": entities,
        "intents": questions or ([] if name == OUT_OF_SCOPE else [name]),
    }


def _answered_in(parsed: dict[str, Any], intent: str) -> str:
    """The variety of the answer: the one asked for where another is asked for, else the message's."""
    asked_for = [
        str(entity["value"]) for entity in parsed.get("entities") or [] if entity["entity"] == "language"
    ]
    if intent == CHANGE_LANGUAGE and asked_for:
        return asked_for[0]
    return str(parsed.get("variety") or DEFAULT_VARIETY.value)


def _messages(source: Path) -> Iterator[tuple[str, str | None]]:
    """Text and moment of each line; a line that is no such object counts as an empty message, so that lines
    keep their places; which line it is and why is said on standard error."""
    # Bytes that are no UTF-8 are a broken letter of one message, not the end of the file.
    with source.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                content = json.loads(line)
                text, now = content["text"], content.get("now")
                if not isinstance(text, str):
                    raise TypeError("its text is no text")
                written_at({"now": now})
            except (ValueError, KeyError, TypeError, AttributeError) as broken:
                print(f"line {number} is not a message: {type(broken).__name__}: {broken}", file=sys.stderr)
                text, now = "", None
            yield text, now if isinstance(now, str) else None


def main() -> int:
    """Reads the command line."""
    arguments = argparse.ArgumentParser(prog="parse_file", description="Understand each message of a file.")
    arguments.add_argument("model", type=Path, help="a trained model, or a folder whose newest is taken")
    arguments.add_argument("source", type=Path, help='one {"text": …} a line')
    arguments.add_argument("target", type=Path, help="one parse a line, in the same order")
    given = arguments.parse_args()
    model = (
        given.model
        if given.model.is_file()
        else max(given.model.glob("*.tar.gz"), key=lambda one: one.stat().st_mtime)
    )
    with tempfile.TemporaryDirectory() as folder, given.target.open("w", encoding="utf-8") as out:
        parser = Parser(model, Path(folder))
        for text, now in _messages(given.source):
            out.write(as_line(parser.parse(text, now)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
