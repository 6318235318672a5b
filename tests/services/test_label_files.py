"""Labelled messages become training sentences."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import yaml

from bot.services.label_files import Labelled, add

_numbers = itertools.count(1)
THERE = """version: "3.1"
nlu:
- intent: ask_cost
  metadata:
    variety: fr
  examples: |
    - c'est gratuit ?
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Training sentences with one French one."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "caravan.yml").write_text(THERE, encoding="utf-8")
    return tmp_path


def labelled(text: str, intent: str = "ask_cost", variety: str = "fr") -> Labelled:
    return Labelled(id=next(_numbers), text=text, intent=intent, variety=variety)


def reviewed(folder: Path, variety: str) -> dict[str, list[str]]:
    content = yaml.safe_load((folder / variety / "reviewed.yml").read_text(encoding="utf-8"))
    assert all(block["metadata"] == {"variety": variety} for block in content["nlu"])
    return {
        block["intent"]: [line[2:] for line in block["examples"].splitlines()] for block in content["nlu"]
    }


def test_new_ones_are_written_by_variety_and_intent_beside_those_of_before(folder: Path) -> None:
    add(folder, [labelled("ça coûte combien"), labelled("بشحال", variety="ary-Arab")])
    outcome = add(folder, [labelled("il faut payer ?"), labelled("quels papiers", "ask_documents")])
    assert len(outcome.written) == 2
    assert reviewed(folder, "fr") == {
        "ask_cost": ["ça coûte combien", "il faut payer ?"],
        "ask_documents": ["quels papiers"],
    }
    assert reviewed(folder, "ary-Arab") == {"ask_cost": ["بشحال"]}


def test_none_twice_however_it_is_spelled(folder: Path) -> None:
    outcome = add(folder, [labelled("C'EST GRATUIT ?"), labelled("payant ?"), labelled("Payant ?")])
    assert [one.text for one in outcome.written] == ["payant ?"]
    assert [one.text for one in outcome.known] == ["C'EST GRATUIT ?", "Payant ?"]


def test_none_with_two_meanings(folder: Path) -> None:
    outcome = add(
        folder, [labelled("c'est gratuit ?", "ask_jobs"), labelled("payant"), labelled("payant", "thank")]
    )
    assert [(one.intent, there) for one, there in outcome.contradictions] == [
        ("ask_jobs", "ask_cost"),
        ("thank", "ask_cost"),
    ]
    assert reviewed(folder, "fr") == {"ask_cost": ["payant"]}


def test_brackets_are_no_marks_of_entities(folder: Path) -> None:
    add(folder, [labelled('voir [ici](x) et {"y"}')])
    assert reviewed(folder, "fr") == {"ask_cost": ['voir ici (x) et "y"']}


def test_nothing_to_write_writes_nothing(folder: Path) -> None:
    add(folder, [])
    assert not (folder / "fr" / "reviewed.yml").exists()
