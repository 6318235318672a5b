"""The examples that the product learns from, to keep them apart from what it is measured with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from bot.core.text import normalise
from bot.evaluation.development_set import Labelled

FOLDER = Path(__file__).resolve().parents[2] / "nlu_data" / "nlu"
_EVERYBODYS_WORDS = 2


def load(folder: Path = FOLDER) -> tuple[str, ...]:
    """The text of every example. Raises OSError and yaml.YAMLError where a file cannot be read."""
    files = sorted(folder.rglob("*.yml"))
    blocks = [block for path in files for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]]
    lines = [line for block in blocks for line in str(block.get("examples", "")).splitlines()]
    return tuple(line.removeprefix("- ") for line in lines)


def thinned(target: Path, every: int, folder: Path = FOLDER) -> int:
    """Writes every ``every``-th example of each intent of each file into ``target``; how many these are.

    Raises as :func:`load`.
    """
    written = 0
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in content["nlu"]:
            if "examples" in block:
                lines = str(block["examples"]).splitlines()[::every]
                block["examples"] = "\n".join(lines) + "\n"
                written += len(lines)
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return written


def folded(text: str) -> str:
    """A text without what differs between spellings of the same words: case, accents, marks, emoji."""
    return " ".join("".join(one if one.isalnum() else " " for one in normalise(text).text).split())


def unseen(messages: Iterable[Labelled], examples: Iterable[str]) -> tuple[Labelled, ...]:
    """The messages that are no examples, word for word.

    Messages of one or two words stay: greetings, thanks and names of places everybody writes alike.
    """
    trained = {folded(example) for example in examples}
    return tuple(
        message
        for message in messages
        if len(folded(message.text).split()) <= _EVERYBODYS_WORDS or folded(message.text) not in trained
    )
