"""Packages that are only defined with, never called, need not be there."""

from __future__ import annotations

import importlib
import subprocess
import sys
from abc import ABC
from pathlib import Path

import pytest

from bot.rasa_components.placeholder import Nothing, Placeholders, stand_in_for

ROOT = Path(__file__).parents[2]
WITHOUT_TENSORFLOW = """
import sys
import warnings
from bot.rasa_components import lean_parse
try:
    lean_parse.main()
except SystemExit as broken_command_line:
    assert broken_command_line.code == 2
assert "bot.rasa_components.parse_file" in sys.modules
import rasa.core.agent
import rasa.engine.recipes.default_components
import rasa.server
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
import tensorflow
assert "placeholder" in type(tensorflow).__module__, tensorflow
assert "jaxlib" not in sys.modules
warnings.warn("Warning of a library", stacklevel=1)
print(DIETClassifier.__name__)
"""


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "meta_path", [Placeholders("nowhere_to_be_found"), *sys.meta_path])
    return "nowhere_to_be_found"


def test_any_module_of_the_package_has_any_name(absent: str) -> None:
    assert importlib.import_module(f"{absent}.keras.layers").Dense is Nothing
    assert importlib.import_module(absent).data.Dataset is Nothing


def test_names_are_inherited_from_and_annotate_and_decorate() -> None:
    class Layer(Nothing.layers.Layer, ABC):
        def call(self, value: Nothing.Tensor | None) -> int:
            return 1

    @Nothing.function
    def plain() -> int:
        return 2

    @Nothing.function(jit=True)
    def configured() -> int:
        return 3

    assert (Layer().call(None), plain(), configured()) == (1, 2, 3)
    assert not Nothing.config.list_devices("GPU")


def test_other_packages_are_imported_as_ever() -> None:
    assert Placeholders("tensorflow").find_spec("tensorflowlike", None) is None


def test_a_package_that_is_there_already_is_not_replaced() -> None:
    with pytest.raises(ImportError, match="imported already: json"):
        stand_in_for("json")


def test_rasa_serves_without_tensorflow_and_without_a_warning() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (shown.returncode, shown.stdout.strip()) == (0, "DIETClassifier"), shown.stderr
    assert "Warning" not in shown.stderr
