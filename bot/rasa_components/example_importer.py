"""Reads the training examples for Rasa, once a process and a file at a time with the fast YAML parser.

Rasa's own importer reads and checks each file three to five times in a training, copies every example at each step and
names each copy by a fresh hash: a minute for 30,000 examples. What its schema would check, tests check here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ExampleMessage(Message):
    """An example. Nothing changes it after it was read, so that its copies are the example itself, with its hash."""

    def __deepcopy__(self, memo: dict[int, Any]) -> ExampleMessage:
        return self

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Keeps the hash where nothing changes: Rasa sets every intent to itself without white space."""
        if add_to_output or self.data.get(prop) != info:
            super().set(prop, info, add_to_output)


class ExampleImporter(RasaFileImporter):
    """Rasa's importer of files, but for the examples."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """All examples. Raises OSError, yaml.YAMLError and KeyError where a file is not one of examples."""
        messages = [message for path in self._nlu_files for message in _examples(Path(path))]
        return TrainingData(list(messages))


@lru_cache(maxsize=512)
def _examples(path: Path) -> tuple[ExampleMessage, ...]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_PARSER)
    return tuple(_messages(content["nlu"]))


def _messages(blocks: list[dict[str, Any]]) -> Iterator[ExampleMessage]:
    for block in blocks:
        metadata = {METADATA: {METADATA_INTENT: block["metadata"]}} if block.get("metadata") else {}
        for line in str(block["examples"]).splitlines():
            text = line.removeprefix("-").strip()
            yield ExampleMessage(data={TEXT: text, INTENT: str(block["intent"]), **metadata})
