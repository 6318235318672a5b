"""The command line."""

from __future__ import annotations

import importlib

import pytest

from bot import cli
from bot.problem import Problem


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_can_be_loaded_and_explains_itself(
    command: cli.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module(command.module)
    with pytest.raises(SystemExit) as ended:
        cli.main([command.name, "--help"])
    assert ended.value.code == 0
    assert command.help in capsys.readouterr().out


def test_what_can_be_mended_is_a_sentence_and_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(arguments: object) -> int:
        raise Problem("Port 8000 is in use.")

    monkeypatch.setattr("bot.commands.status.execute", refuse)
    assert cli.main(["status"]) == 1
    assert capsys.readouterr().err == "Port 8000 is in use.\n"


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["dance"])
    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err
