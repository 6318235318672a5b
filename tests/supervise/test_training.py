"""The model follows its inputs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.data_dir import DataDir
from bot.supervise import preflight, training
from bot.supervise.errors import StartError

TRAINS = """#!/bin/sh
for last; do
  if [ "$previous" = --out ]; then out=$last; fi
  previous=$last
done
echo trained > "$out/model.tar.gz"
echo once >> "$(dirname "$0")/calls"
"""
FAILS = "#!/bin/sh\necho 'no such intent: greeet' >&2\nexit 1\n"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A project with something to learn from."""
    root = tmp_path / "project"
    (root / "nlu_data" / "nlu").mkdir(parents=True)
    (root / "nlu_data" / "nlu" / "greet.yml").write_text("- salam\n", encoding="utf-8")
    (root / "config.yml").write_text("language: fr\n", encoding="utf-8")
    return root


def use_rasa(monkeypatch: pytest.MonkeyPatch, path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(training, "RASA_PYTHON", path)
    monkeypatch.setattr(preflight, "RASA_PYTHON", path)


def test_it_is_trained_when_the_inputs_change_and_only_then(
    monkeypatch: pytest.MonkeyPatch, data: DataDir, inputs: Path, tmp_path: Path
) -> None:
    use_rasa(monkeypatch, tmp_path / "python", TRAINS)
    first = training.ensure_model(data, root=inputs)
    assert first.read_text(encoding="utf-8") == "trained\n"
    assert training.ensure_model(data, root=inputs) == first
    (inputs / "nlu_data" / "nlu" / "greet.yml").write_text("- salam\n- bonjour\n", encoding="utf-8")
    second = training.ensure_model(data, root=inputs)
    assert second != first
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == ["once", "once"]


@pytest.mark.parametrize(
    "name", ["nlu_data/new.yml", "domain.yml", "bot/core/text.py", "requirements/rasa.txt"]
)
def test_every_input_counts(inputs: Path, name: str) -> None:
    classifier = inputs / "bot" / "rasa_components" / "intent_classifier.py"
    classifier.parent.mkdir(parents=True, exist_ok=True)
    classifier.write_text("from bot.core import text\n", encoding="utf-8")
    before = training.inputs_hash(inputs)
    path = inputs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new = 1\n", encoding="utf-8")
    assert training.inputs_hash(inputs) != before


def test_code_that_nothing_trained_imports_does_not_count(inputs: Path) -> None:
    before = training.inputs_hash(inputs)
    path = inputs / "bot" / "core" / "routing.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new = 1\n", encoding="utf-8")
    assert training.inputs_hash(inputs) == before


def test_a_moved_line_counts_and_caches_do_not(inputs: Path) -> None:
    before = training.inputs_hash(inputs)
    (inputs / "nlu_data" / "nlu" / "greet.yml").rename(inputs / "nlu_data" / "nlu" / "hello.yml")
    renamed = training.inputs_hash(inputs)
    assert renamed != before
    cache = inputs / "bot" / "core" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "x.pyc").write_bytes(b"x")
    assert training.inputs_hash(inputs) == renamed


def test_a_failed_training_says_why_and_leaves_no_model(
    monkeypatch: pytest.MonkeyPatch, data: DataDir, inputs: Path, tmp_path: Path
) -> None:
    use_rasa(monkeypatch, tmp_path / "python", FAILS)
    with pytest.raises(StartError, match="no such intent: greeet"):
        training.ensure_model(data, root=inputs)
    assert list(data.models.iterdir()) == []


def test_old_models_are_forgotten_but_the_last_few_stay(
    monkeypatch: pytest.MonkeyPatch, data: DataDir, inputs: Path, tmp_path: Path
) -> None:
    use_rasa(monkeypatch, tmp_path / "python", TRAINS)
    for age in range(1, 6):
        old = data.models / f"{age}.tar.gz"
        old.touch()
        os.utime(old, (1_000_000 - age, 1_000_000 - age))
    newest = training.ensure_model(data, root=inputs)
    assert {path.name for path in data.models.iterdir()} == {newest.name, "1.tar.gz", "2.tar.gz"}
