from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from bot.rasa_components.lean_rasa import Absent, keep_errors_here

ROOT = Path(__file__).parents[2]


def test_absent_packages_cannot_be_imported_others_can() -> None:
    finder = Absent("jax")
    with pytest.raises(ModuleNotFoundError, match=r"jax\.numpy"):
        finder.find_spec("jax.numpy", None)
    assert finder.find_spec("jaxlike", None) is None


def test_an_import_that_is_tried_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [Absent("colorsys"), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with pytest.raises(ImportError, match="colorsys is not used here"):
        importlib.import_module("colorsys")


def test_errors_are_reported_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting = importlib.import_module("sentry_sdk")
    monkeypatch.setattr(reporting, "init", reporting.init)
    keep_errors_here()
    reporting.init("https://key@localhost/1", default_integrations=False)
    assert reporting.Hub.current.client is None


def test_it_is_rasa_s_command_line() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bot.rasa_components.lean_rasa", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "Rasa Version" in shown.stdout
