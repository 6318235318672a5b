from __future__ import annotations

from pathlib import Path

import yaml

from bot.evaluation.training_examples import load, thinned

_FILE = """version: "3.1"
nlu:
- intent: ask_cost
  metadata:
    variety: fr
  examples: |
    - c'est combien
    - gratuit ?
    - il faut payer: oui ou non
- intent: greet
  metadata:
    variety: ary-Arab
  examples: |
    - سلام
"""


def test_each_second_example_of_every_intent(tmp_path: Path) -> None:
    source, target = tmp_path / "from", tmp_path / "to"
    (source / "fr").mkdir(parents=True)
    (source / "fr" / "a.yml").write_text(_FILE, encoding="utf-8")
    assert thinned(target, 2, source) == 3
    assert load(target) == ("c'est combien", "il faut payer: oui ou non", "سلام")
    blocks = yaml.safe_load((target / "fr" / "a.yml").read_text(encoding="utf-8"))["nlu"]
    assert [(block["intent"], block["metadata"]["variety"]) for block in blocks] == [
        ("ask_cost", "fr"),
        ("greet", "ary-Arab"),
    ]


def test_everything_where_nothing_is_left_out(tmp_path: Path) -> None:
    assert thinned(tmp_path, 1) == len(load())
    assert load(tmp_path) == load()
