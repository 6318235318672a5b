"""Waiting for the programs: ready, slow, or failing again and again."""

from __future__ import annotations

import httpx
import pytest

from bot.data_dir import DataDir
from bot.supervise.errors import StartError
from bot.supervise.health import Waiting
from bot.supervise.programs import Program, Stage
from bot.supervise.supervisord import ProcessState

PROBE = "http://127.0.0.1:1/health"


def program(name: str, probe: str | None) -> Program:
    return Program(name=name, title=f"the {name}", command=("x",), stage=Stage.ENTRY, probe=probe)


def state(name: str, word: str, since: float = 1.0) -> ProcessState:
    return ProcessState(name=name, state=word, pid=7, since=since, explanation="")


def client(*codes: int) -> httpx.Client:
    answers = iter(codes)
    return httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(next(answers), text="because"))
    )


def test_ready_is_when_all_run_and_all_answer(data: DataDir) -> None:
    waiting = Waiting(data, [program("web", PROBE), program("worker", None)], client(503, 200))
    assert not waiting.look([state("web", "STARTING"), state("worker", "STARTING")])
    assert not waiting.look([state("web", "RUNNING"), state("worker", "RUNNING")])
    assert waiting.detail() == "waiting for: the web"
    assert waiting.look([state("web", "RUNNING"), state("worker", "RUNNING")])
    assert waiting.detail() == ""


def test_giving_up_names_who_and_why(data: DataDir) -> None:
    waiting = Waiting(data, [program("web", PROBE)], client(503))
    waiting.look([state("web", "RUNNING")])
    text = str(waiting.give_up())
    assert "the web" in text
    assert "503: because" in text
    assert str(data.logs / "web.log") in text


def test_what_ends_at_every_start_is_not_waited_for(data: DataDir) -> None:
    (data.logs / "web.log").write_text("first line\nno such table\n", encoding="utf-8")
    waiting = Waiting(data, [program("web", None)], client())
    for since in range(4):
        assert not waiting.look([state("web", "BACKOFF", since=float(since))])
    with pytest.raises(StartError, match="no such table"):
        waiting.look([state("web", "BACKOFF", since=9.0)])


def test_what_the_manager_gave_up_is_said_at_once(data: DataDir) -> None:
    waiting = Waiting(data, [program("web", None)], client())
    with pytest.raises(StartError, match="ends each time it is started"):
        waiting.look([state("web", "FATAL")])
