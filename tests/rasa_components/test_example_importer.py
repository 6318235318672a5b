from __future__ import annotations

import copy
from pathlib import Path

import pytest

from bot.rasa_components.example_importer import ExampleImporter, ExampleMessage

_FILE = """version: "3.1"
nlu:
- intent: greet
  metadata:
    variety: fr
  examples: |
    - bonjour
    -  "salut :)"
    - bonjour
- intent: share_location
  examples: |
    - /share_location
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.yml").write_text(_FILE, encoding="utf-8")
    (tmp_path / "two.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: thank\n  metadata:\n    variety: ary-Latn\n  examples: |\n    - chokran\n',
        encoding="utf-8",
    )
    return tmp_path


def test_each_example_has_its_intent_and_what_is_said_of_it(folder: Path) -> None:
    read = ExampleImporter(None, None, [str(folder)]).get_nlu_data().training_examples
    french, latin = ({"metadata": {"intent": {"variety": one}}} for one in ("fr", "ary-Latn"))
    assert sorted((one.data for one in read), key=lambda data: str(data["text"])) == [
        {"text": '"salut :)"', "intent": "greet", **french},
        {"text": "/share_location", "intent": "share_location"},
        {"text": "bonjour", "intent": "greet", **french},
        {"text": "chokran", "intent": "thank", **latin},
    ]


def test_a_file_that_is_none_of_examples_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text('version: "3.1"\nnlu:\n- intent: greet\n', encoding="utf-8")
    with pytest.raises(KeyError):
        ExampleImporter(None, None, [str(tmp_path)]).get_nlu_data()


def test_copies_keep_their_hash_until_something_changes() -> None:
    message = ExampleMessage(data={"text": "salam", "intent": "greet"})
    known = message.fingerprint()
    again = copy.deepcopy([message])[0]
    again.set("intent", "greet")
    assert again.fingerprint() == known
    again.set("intent", "thank")
    assert again.fingerprint() != known
