"""The set-up: what it makes, when it does nothing, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.install import interpreters, setup
from bot.install.errors import InstallError

from .conftest import Tool

Calls = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def rasa_python(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python that says it is 3.10."""
    monkeypatch.setattr(interpreters, "_VERSION_MANAGERS", ())
    return tool("python3.10", "echo 3.10")


def syncs(calls: Calls) -> list[str]:
    return [line.partition("requirements/")[2] for line in calls() if line.startswith("pip sync")]


def test_both_environments_are_made_once(fake_uv: Path, project: Path, calls: Calls) -> None:
    setup.install(project, "run")
    assert [Path(line.split()[-1]).name for line in syncs(calls)] == ["app.txt", "rasa.txt"]
    assert all("--require-hashes" in line for line in calls() if line.startswith("pip sync"))
    count = len(calls())
    assert (project / ".venv" / "installed.json").exists()
    # The stand-in's environments run this Python, not 3.10, and are current all the same.
    setup.install(project, "run")
    assert len(calls()) == count


def test_a_changed_lock_is_installed_anew(fake_uv: Path, project: Path, calls: Calls) -> None:
    setup.install(project, "check")
    (project / "requirements" / "app.txt").write_text("app==2\n", encoding="utf-8")
    setup.install(project, "check")
    assert len(syncs(calls)) == 2
    assert sum(line.startswith("venv") for line in calls()) == 1


def test_the_tools_join_and_stay(fake_uv: Path, project: Path, calls: Calls) -> None:
    setup.install(project, "run")
    setup.install(project, "check")
    setup.install(project, "run")
    installed = [line.split() for line in syncs(calls)]
    assert [len(files) for files in installed] == [1, 1, 2]


def test_an_interrupted_installation_is_taken_up_again(
    fake_uv: Path, project: Path, calls: Calls, tmp_path: Path
) -> None:
    (tmp_path / "fail-sync").touch()
    with pytest.raises(InstallError, match="check the network and start again"):
        setup.install(project, "check")
    (tmp_path / "fail-sync").unlink()
    setup.install(project, "check")
    assert len(syncs(calls)) == 2


def test_an_environment_whose_python_is_gone_is_made_anew(fake_uv: Path, project: Path, calls: Calls) -> None:
    setup.install(project, "check")
    (project / ".venv" / "bin" / "python").unlink()
    setup.install(project, "check")
    assert sum(line.startswith("venv") for line in calls()) == 2


def test_a_missing_python_is_said_before_anything_is_fetched(
    fake_uv: Path, project: Path, calls: Calls, rasa_python: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rasa_python.unlink()
    assert setup.main(["run", "--project", str(project)]) == 1
    assert "Python 3.10 is needed for Rasa" in capfd.readouterr().err
    assert syncs(calls) == []


def test_a_named_python_must_be_the_right_one(
    fake_uv: Path, project: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON310", str(tool("other", "echo 3.12")))
    with pytest.raises(InstallError, match="PYTHON310"):
        setup.install(project, "run")


def test_too_little_room_is_said_first(
    fake_uv: Path, project: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: type("Usage", (), {"free": 10**8}))
    with pytest.raises(InstallError, match=r"needs 0\.9 GB .* only 0\.1 GB are free"):
        setup.install(project, "check")
    assert syncs(calls) == []
