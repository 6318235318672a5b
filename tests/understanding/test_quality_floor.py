"""How well messages are understood must not fall below what was reached once.

The floors are a little under what was measured; they may rise, and never fall without a reason in the changelog. No
time or memory is judged here: ``make evaluate`` reports those.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from bot.data_dir import PROJECT_ROOT, DataDir
from bot.evaluation.development_set import VARIETIES
from bot.supervise import environment, training
from bot.supervise.programs import RASA_PYTHON

pytestmark = pytest.mark.timeout(1800)

# The end-to-end tests take their model from here too.
DATA = DataDir(root=PROJECT_ROOT / "build")
MACRO_F1 = {"ary-Arab": 0.935, "ary-Latn": 0.91, "ar": 0.94, "fr": 0.945, "mixed": 0.945}
CALIBRATION_ERROR = 0.045
REFUSED_OUTSIDE, REFUSED_INSIDE = 0.91, 0.02
PLACES, OUTSIDE, MOMENTS = 0.98, 0.95, 0.95
SENTENCES, SHORT = 0.99, 0.86

Report = dict[str, Any]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The figures of the model of the present inputs, trained if need be."""
    model = training.ensure_model(DATA)
    out = tmp_path_factory.mktemp("evaluation")
    command = [str(RASA_PYTHON), "-m", "bot.evaluation.measure", str(model), str(out), "--no-peers"]
    finished = subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env=environment.of_tools(DATA),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    found: Report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return found


def of_section(report: Report, name: str) -> Report:
    found: Report = next(one for one in report["sections"] if one["name"] == name)
    return found


@pytest.mark.parametrize("name", MACRO_F1)
def test_intents(report: Report, name: str) -> None:
    assert of_section(report, name)["macro_f1"]["value"] >= MACRO_F1[name]


@pytest.mark.parametrize("name", VARIETIES)
def test_refusals(report: Report, name: str) -> None:
    section = of_section(report, name)
    assert section["refused_outside"]["found"] >= REFUSED_OUTSIDE * section["refused_outside"]["there"]
    assert section["refused_inside"]["found"] <= REFUSED_INSIDE * section["refused_inside"]["there"]


@pytest.mark.parametrize("name", VARIETIES)
def test_confidence_means_what_it_says(report: Report, name: str) -> None:
    assert of_section(report, name)["calibration_error"] <= CALIBRATION_ERROR


@pytest.mark.parametrize("name", VARIETIES)
@pytest.mark.parametrize(("kind", "least"), [("commune", PLACES), ("date", MOMENTS), ("time", MOMENTS)])
def test_values(report: Report, kind: str, least: float, name: str) -> None:
    found = next(one for one in report["kinds"] if (one["kind"], one["section"]) == (kind, name))
    assert found["tally"]["there"] > 0
    assert found["tally"]["found"] >= least * found["tally"]["there"]


def test_places_outside_the_province(report: Report) -> None:
    assert report["outside"]["found"] >= OUTSIDE * report["outside"]["there"]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("sentences (3 words and more)", SENTENCES),
        ("1-2 words, nothing before", SHORT),
        ("1-2 words in a conversation", 0.95),
        ("nothing telling (names, numbers, emoji) in a conversation", 0.99),
    ],
)
def test_varieties(report: Report, name: str, least: float) -> None:
    tally = next(one["tally"] for one in report["varieties"] if one["name"] == name)
    assert tally["found"] >= least * tally["there"]
