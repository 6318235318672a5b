"""`python -m tests.suites [check]`: everything that proves the product, one after the other, and the counts
at the end.

A suite that fails does not keep the others from running; the exit code is 0 only where all passed and each
ran a test.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
REPORTS = PROJECT / "build" / "reports"
TRAINING = (sys.executable, "-m", "bot", "train")
RASA_PYTHON = PROJECT / ".venv-rasa" / "bin" / "python"
# What Rasa's own libraries warn of is not ours to mend.
_RASA_WARNINGS = (
    "-W",
    "ignore::DeprecationWarning",
    "-W",
    "ignore::FutureWarning",
    "-W",
    "ignore::UserWarning",
)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A run of pytest: a name for its report, the interpreter, pytest's arguments."""

    name: str
    python: Path
    arguments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a suite's report says; errors count as failures."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


FIRST = (
    Suite(
        name="product",
        python=Path(sys.executable),
        arguments=(
            "tests",
            *(
                f"--ignore=tests/{name}"
                for name in ("browser", "rasa_components", "understanding", "e2e", "torture/test_short.py")
            ),
        ),
    ),
)
BESIDE = (
    Suite(name="understanding", python=Path(sys.executable), arguments=("tests/understanding",)),
    Suite(
        name="rasa",
        python=RASA_PYTHON,
        arguments=(
            *("tests/core", "tests/gazetteer", "tests/rasa_components"),
            # The fixtures of all tests need packages that Rasa's environment does not have.
            "--confcutdir=tests/rasa_components",
            *_RASA_WARNINGS,
        ),
    ),
    # A run of its own: the browser's event loop lasts as long as pytest, and others could not start one beside it.
    Suite(name="browser", python=Path(sys.executable), arguments=("tests/browser",)),
)
"""They follow the training, beside the first suite, and have their own servers; what they print comes when they have ended."""
LAST = (
    Suite(name="e2e", python=Path(sys.executable), arguments=("tests/e2e",)),
    # The very last: it moves the clock of its product and leaves nothing as it was.
    Suite(name="torture", python=Path(sys.executable), arguments=("tests/torture/test_short.py",)),
)
"""They need the model, and a machine that does nothing else."""


def checks() -> dict[str, list[str]]:
    """The checks that need no running product, by name."""
    python = sys.executable
    return {
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "lint": [python, "-m", "ruff", "check", "."],
        "types": [python, "-m", "mypy"],
        "imports": [python, str(Path(python).with_name("lint-imports"))],
    }


def main(arguments: Sequence[str]) -> int:
    """Runs the checks, and without `check` the tests as well; the exit code."""
    failed = [name for name, command in checks().items() if _run(f"check: {name}", command) != 0]
    if list(arguments) == ["check"]:
        return _conclude(failed)
    REPORTS.mkdir(parents=True, exist_ok=True)
    counts: dict[str, Counts] = {}
    with trained_and_tested_beside(BESIDE, counts, failed):
        counts |= {suite.name: run_suite(suite, failed) for suite in FIRST}
    counts |= {suite.name: run_suite(suite, failed) for suite in LAST}
    print()
    for name, count in counts.items():
        print(f"{name}: {count}")
    code = _conclude(failed)
    total = sum(counts.values(), Counts())
    print(total)
    return code


@contextmanager
def trained_and_tested_beside(
    suites: Sequence[Suite], counts: dict[str, Counts], failed: list[str]
) -> Iterator[None]:
    """The model is trained, where its inputs changed, and ``suites`` follow, while other suites run: training takes minutes.

    A training that fails fails the suites that need the model, which say why.
    """
    print(
        "\n=== beside the tests: training the model, if it is not there (its log is in build/logs)",
        flush=True,
    )
    training = subprocess.Popen(
        TRAINING,
        cwd=PROJECT,
        env={**os.environ, "DATA_DIR": str(PROJECT / "build")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )

    abandoned = threading.Event()

    def follow() -> None:
        training.wait()
        for suite in suites:
            if not abandoned.is_set():
                counts[suite.name] = run_suite(suite, failed, quietly=True)

    following = threading.Thread(target=follow)
    following.start()
    try:
        yield
    except BaseException:
        abandoned.set()
        training.terminate()
        raise
    finally:
        following.join()


def run_suite(suite: Suite, failed: list[str], *, quietly: bool = False) -> Counts:
    """Runs one suite and adds its name to `failed` where it failed or ran no test; ``quietly`` prints at its end."""
    report = REPORTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    command = [str(suite.python), "-m", "pytest", f"--junitxml={report}", *suite.arguments]
    code = _run(f"tests: {suite.name}", command, quietly=quietly)
    counts = read_counts(report)
    if code != 0 or counts.passed == 0:
        failed.append(suite.name)
    return counts


def read_counts(report: Path) -> Counts:
    """The counts of a report; none where the run did not get so far."""
    if not report.exists():
        return Counts()
    total = Counts()
    for part in ElementTree.parse(report).getroot().iter("testsuite"):
        tests, skipped = int(part.get("tests", "0")), int(part.get("skipped", "0"))
        wrong = int(part.get("failures", "0")) + int(part.get("errors", "0"))
        total += Counts(passed=tests - wrong - skipped, failed=wrong, skipped=skipped)
    return total


def _run(title: str, command: Sequence[str], *, quietly: bool = False) -> int:
    if not quietly:
        print(f"\n=== {title}", flush=True)
    started = time.monotonic()
    stdout, stderr = (subprocess.PIPE, subprocess.STDOUT) if quietly else (None, None)
    done = subprocess.run(command, cwd=PROJECT, check=False, stdout=stdout, stderr=stderr)
    said = f"\n=== {title} (ended meanwhile)\n{done.stdout.decode(errors='replace')}" if quietly else ""
    outcome = "ok" if done.returncode == 0 else "failed"
    print(f"{said}=== {title}: {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
    return done.returncode


def _conclude(failed: Sequence[str]) -> int:
    if not failed:
        return 0
    print(f"Failed: {', '.join(failed)}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
