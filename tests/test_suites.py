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


def run(tmp_path: Path, code: str) -> tuple[Counts, list[str]]:
    path = tmp_path / "test_sample.py"
    path.write_text(code, encoding="utf-8")
    failed: list[str] = []
    arguments = (str(path), "--rootdir", str(tmp_path), "-c", "/dev/null", "-p", "no:cacheprovider")
    suite = Suite(name="sample", python=Path(sys.executable), arguments=arguments)
    return suites.run_suite(suite, failed), failed


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
