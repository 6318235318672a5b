"""Asks the public libraries about the development set and scores their answers beside ours."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.data_dir import PROJECT_ROOT
from bot.evaluation.assessment import Rival
from bot.evaluation.development_set import NOW, VARIETIES, Labelled
from bot.evaluation.heard import Heard
from bot.evaluation.metrics import Tally
from bot.evaluation.variety_scores import SHORT_WORDS, VarietyScore, counted
from bot.gazetteer import Gazetteer
from bot.rasa_components.entity_extractor import KHEMISSET

PYTHON = PROJECT_ROOT / ".venv-evaluate" / "bin" / "python"
Pairs = Sequence[tuple[Labelled, Heard]]


class LibrariesFailed(RuntimeError):
    """The program with the public libraries did not answer; the message is what it said."""


def compare(messages: Sequence[Labelled], heard: Sequence[Heard], python: Path = PYTHON) -> tuple[Rival, ...]:
    """Ours and the libraries' results for variety, dates and places. Raises :class:`LibrariesFailed`."""
    pairs = list(zip(messages, heard, strict=True))
    telling = [pair for pair in pairs if counted(pair[0]) and pair[1].telling_words]
    dated = [pair for pair in pairs if pair[0].in_scope and pair[0].values("date")]
    placed = [pair for pair in pairs if pair[0].in_scope and len(pair[0].values("commune")) == 1]
    answers = _ask(
        python,
        {
            "now": NOW,
            "texts": [message.text for message, _ in telling],
            "dates": [{"text": m.text, "phrases": _phrases(m, h, "date")} for m, h in dated],
            "names": _names(),
            "places": [{"text": m.text, "phrase": _phrases(m, h, "commune")[0]} for m, h in placed],
        },
    )
    return (
        *_varieties(telling, answers["varieties"]["answers"]),
        *_dates(dated, answers["dates"]["answers"]),
        *_places(placed, answers["places"]["answers"]),
    )


def _ask(python: Path, question: dict[str, Any]) -> dict[str, Any]:
    finished = subprocess.run(
        [str(python), "-W", "ignore", "-m", "bot.evaluation.libraries"],
        cwd=PROJECT_ROOT,
        input=json.dumps(question, ensure_ascii=False),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise LibrariesFailed(finished.stderr.strip()[-2000:])
    answers: dict[str, Any] = json.loads(finished.stdout)
    return answers


def _phrases(message: Labelled, heard: Heard, kind: str) -> list[str]:
    """The parts of the message that name values of a kind, as far as we found them: cut out for the libraries,
    which are told more than we were; the whole message where we found none."""
    found = [message.text[one.start : one.end] for one in heard.entities if one.kind == kind]
    return found or [message.text]


def _names() -> list[tuple[str, str]]:
    communes = Gazetteer.load(KHEMISSET).communes.values()
    return [(one.code, name) for one in communes for name in (one.name_fr, one.name_ar)]


def _varieties(pairs: Pairs, answers: dict[str, list[str]]) -> list[Rival]:
    guessed = {"this assistant": [heard.variety for _, heard in pairs], **answers}
    return [
        Rival(task="variety", name=name, rows=_variety_rows(pairs, guesses))
        for name, guesses in guessed.items()
    ]


def _variety_rows(pairs: Pairs, guesses: Sequence[str]) -> tuple[VarietyScore, ...]:
    groups: dict[str, list[bool]] = {
        "sentences": [],
        **{variety: [] for variety in VARIETIES},
        "1-2 words": [],
    }
    for (message, heard), guess in zip(pairs, guesses, strict=True):
        right = message.variety == guess
        if heard.telling_words > SHORT_WORDS:
            groups["sentences"].append(right)
            groups[message.variety].append(right)
        else:
            groups["1-2 words"].append(right)
    return _rows(groups)


def _dates(pairs: Pairs, answers: dict[str, list[list[str]]]) -> list[Rival]:
    read = {
        "this assistant, in the message": [list(heard.values("date").elements()) for _, heard in pairs],
        "dateparser, given the expression alone": answers["phrases"],
        "dateparser, in the message": answers["text"],
    }
    rivals = []
    for name, found in read.items():
        groups: dict[str, list[bool]] = {variety: [] for variety in VARIETIES}
        for (message, _), values in zip(pairs, found, strict=True):
            groups[message.variety].append(Counter(values) == message.values("date"))
        rivals.append(Rival(task="dates", name=name, rows=_rows(groups)))
    return rivals


def _places(pairs: Pairs, answers: dict[str, list[str]]) -> list[Rival]:
    read = {
        "this assistant, in the message": [list(heard.values("commune").elements()) for _, heard in pairs],
        "rapidfuzz, given the name alone": [[code] for code in answers["phrases"]],
        "rapidfuzz, in the message": [[code] for code in answers["text"]],
    }
    rivals = []
    for name, found in read.items():
        groups: dict[str, list[bool]] = {variety: [] for variety in VARIETIES}
        for (message, _), values in zip(pairs, found, strict=True):
            groups[message.variety].append(values[:1] == list(message.values("commune")))
        rivals.append(Rival(task="places", name=name, rows=_rows(groups)))
    return rivals


def _rows(groups: dict[str, list[bool]]) -> tuple[VarietyScore, ...]:
    return tuple(
        VarietyScore(name=name, tally=Tally(there=len(hits), found=sum(hits), extra=0))
        for name, hits in groups.items()
    )
