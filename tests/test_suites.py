"""The counts that a test run closes with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import suites
from tests.suites import Counts, Suite


@pytest.fixture(autouse=True)
def reports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Reports that go nowhere else."""
    monkeypatch.setattr(suites, "REPORTS", tmp_path)
    return tmp_path


def run(tmp_path: Path, code: str, *, quietly: bool = False) -> tuple[Counts, list[str]]:
    path = tmp_path / "test_sample.py"
    path.write_text(code, encoding="utf-8")
    failed: list[str] = []
    arguments = (str(path), "--rootdir", str(tmp_path), "-c", "/dev/null", "-p", "no:cacheprovider")
    suite = Suite(name="sample", python=Path(sys.executable), arguments=arguments)
    return suites.run_suite(suite, failed, quietly=quietly), failed


def test_what_passes_fails_errs_and_is_skipped_is_counted(tmp_path: Path) -> None:
    code = """
import pytest
@pytest.fixture
def broken(): raise OSError
def test_good(): pass
def test_bad(): assert False
def test_error(broken): pass
@pytest.mark.skip
def test_skipped(): pass
"""
    counts, failed = run(tmp_path, code)
    assert counts == Counts(passed=1, failed=2, skipped=1)
    assert str(counts) == "1 passed, 2 failed, 1 skipped"
    assert failed == ["sample"]


def test_a_suite_that_passes_is_not_among_the_failed(tmp_path: Path) -> None:
    assert run(tmp_path, "def test_good(): pass") == (Counts(passed=1), [])


@pytest.mark.parametrize("code", ["", "import nothing_of_this_name"])
def test_a_suite_that_ran_nothing_has_failed(tmp_path: Path, code: str) -> None:
    assert run(tmp_path, code)[1] == ["sample"]


def test_a_suite_that_cannot_even_start_has_failed(tmp_path: Path) -> None:
    failed: list[str] = []
    suite = Suite(name="sample", python=Path(sys.executable), arguments=("--no-such-option",))
    assert suites.run_suite(suite, failed) == Counts()
    assert failed == ["sample"]


def test_what_runs_beside_others_prints_in_one_piece(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "def test_bad(): assert 6 * 7 == 41", quietly=True) == (
        Counts(failed=1),
        ["sample"],
    )
    said = capfd.readouterr().out
    assert "assert (6 * 7) == 41" in said
    assert said.rstrip().endswith("s)")
    assert "tests: sample: failed" in said.rstrip().splitlines()[-1]


def test_suites_follow_the_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    trained = tmp_path / "model"
    training = [
        sys.executable,
        "-c",
        f"import time, pathlib; time.sleep(0.2); pathlib.Path({str(trained)!r}).touch()",
    ]
    monkeypatch.setattr(suites, "TRAINING", training)
    ran: dict[str, bool] = {}
    monkeypatch.setattr(
        suites, "run_suite", lambda suite, failed, **_: ran.setdefault(suite.name, trained.exists())
    )
    suite = Suite(name="sample", python=Path(sys.executable), arguments=())
    counts: dict[str, Counts] = {}
    with suites.trained_and_tested_beside((suite,), counts, []):
        pass
    assert ran == {"sample": True}
    assert "sample" in counts


def test_suites_that_are_given_up_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "TRAINING", [sys.executable, "-c", "import time; time.sleep(60)"])
    suite = Suite(name="sample", python=Path(sys.executable), arguments=())
    counts: dict[str, Counts] = {}
    with pytest.raises(KeyboardInterrupt), suites.trained_and_tested_beside((suite,), counts, []):
        raise KeyboardInterrupt
    assert counts == {}
