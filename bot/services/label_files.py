"""Labelled messages written as training sentences: ``nlu_data/nlu/<variety>/reviewed.yml``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.core.text import fold

NAME = "reviewed.yml"
_HEAD = '# Messages of people, without personal data, that the staff said the meaning of. Written by "bot labels export".\n'


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A message and what it meant."""

    id: int
    text: str
    intent: str
    variety: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of labelled messages: written, there already, or refused because the sentence means something else elsewhere."""

    written: tuple[Labelled, ...]
    known: tuple[Labelled, ...]
    contradictions: tuple[tuple[Labelled, str], ...]


def add(folder: Path, labelled: Sequence[Labelled]) -> Outcome:
    """Add sentences to the files under ``folder`` (``nlu_data/nlu``): none twice, none with two meanings."""
    meanings = _meanings(folder)
    written, known, contradictions = [], [], []
    for one in labelled:
        there = meanings.get(fold(one.text))
        if there is None:
            meanings[fold(one.text)] = one.intent
            written.append(one)
        elif there == one.intent:
            known.append(one)
        else:
            contradictions.append((one, there))
    for variety in sorted({one.variety for one in written}):
        _write(folder / variety / NAME, variety, [one for one in written if one.variety == variety])
    return Outcome(written=tuple(written), known=tuple(known), contradictions=tuple(contradictions))


def _meanings(folder: Path) -> dict[str, str]:
    """The intent of every sentence that is there, in whatever variety."""
    return {
        fold(text): intent
        for path in sorted(folder.rglob("*.yml"))
        for intent, _, texts in _blocks(path)
        for text in texts
    }


def _blocks(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Intent, variety and sentences of each block of a file; lookup tables and the like are passed over."""
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    for block in (content or {}).get("nlu") or ():
        if "intent" in block:
            lines = str(block.get("examples") or "").splitlines()
            texts = [line.strip().removeprefix("-").strip() for line in lines if line.strip()]
            yield str(block["intent"]), str((block.get("metadata") or {}).get("variety") or ""), texts


def _write(path: Path, variety: str, added: Sequence[Labelled]) -> None:
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for intent, _, there in _blocks(path):
        texts[intent] += there
    for one in added:
        texts[one.intent].append(_plain(one.text))
    lines = [_HEAD, 'version: "3.1"\nnlu:\n']
    for intent in sorted(texts):
        lines.append(f"- intent: {intent}\n  metadata:\n    variety: {variety}\n  examples: |\n")
        lines += [f"    - {text}\n" for text in texts[intent]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def _plain(text: str) -> str:
    """Brackets and braces would be read as marks of entities."""
    return " ".join(text.translate(str.maketrans("[]{}", "    ")).split())
