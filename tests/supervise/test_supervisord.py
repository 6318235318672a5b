"""The process manager: what ends is started again, what is stopped stays stopped, nothing is left."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bot.data_dir import DataDir
from bot.supervise import supervisord
from bot.supervise.errors import StartError
from bot.supervise.programs import Stage
from bot.supervise.supervisord import Supervisor

from .conftest import StartPrograms, is_running, script, wait_for

STAY = "import time; time.sleep(120)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("on", flush=True)
time.sleep(120)
"""
NOTE_THE_END = """
import signal, sys, time
def end(*_):
    with open({path!r}, "a") as log:
        log.write({name!r} + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("on", flush=True)
time.sleep(120)
"""


def pid_of(supervisor: Supervisor, name: str) -> int:
    """The process id of a program that is running by now."""
    found: list[int] = []

    def look() -> bool:
        for state in supervisor.states():
            if state.name == name and state.pid is not None and state.state == "RUNNING":
                found.append(state.pid)
        return bool(found)

    wait_for(look)
    return found[-1]


def test_what_is_killed_is_started_again(supervise: StartPrograms) -> None:
    supervisor = supervise(script("worker", STAY))
    first = pid_of(supervisor, "worker")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not is_running(first))
    wait_for(lambda: pid_of(supervisor, "worker") != first)


def test_stopping_leaves_nothing(supervise: StartPrograms, data: DataDir) -> None:
    supervisor = supervise(script("one", STAY), script("two", STAY))
    pids = [pid_of(supervisor, name) for name in ("one", "two")]
    supervisor.stop()
    assert not any(is_running(pid) for pid in pids)
    with pytest.raises(StartError):
        supervisord.states(data)


def test_what_does_not_listen_is_killed(supervise: StartPrograms, data: DataDir) -> None:
    supervisor = supervise(script("deaf", STUBBORN))
    pid = pid_of(supervisor, "deaf")
    wait_for(lambda: "on" in (data.logs / "deaf.log").read_text(encoding="utf-8"))
    supervisor.stop()
    assert not is_running(pid)


def test_what_takes_work_in_ends_before_what_it_leans_on(
    supervise: StartPrograms, data: DataDir, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    stages = {"db": Stage.DATABASE, "rasa": Stage.HELPER, "web": Stage.ENTRY}
    programs = [
        script(name, NOTE_THE_END.format(path=str(order), name=name), stage=stage)
        for name, stage in stages.items()
    ]
    supervisor = supervise(*programs)
    logs = [data.logs / f"{name}.log" for name in stages]
    wait_for(lambda: all(log.exists() and "on" in log.read_text(encoding="utf-8") for log in logs))
    supervisor.stop()
    assert order.read_text(encoding="utf-8").split() == ["web", "rasa", "db"]


def test_nothing_outlives_the_manager(supervise: StartPrograms, data: DataDir) -> None:
    supervisor = supervise(script("worker", STAY))
    worker = pid_of(supervisor, "worker")
    os.kill(int((data.run / "supervisord.pid").read_text(encoding="ascii")), signal.SIGKILL)
    wait_for(lambda: not is_running(worker))
    assert not supervisor.is_alive()
    supervisor.stop()


def test_a_program_is_not_given_what_is_hidden(supervise: StartPrograms, data: DataDir) -> None:
    show = "import os, time; print(sorted(os.environ), flush=True); time.sleep(120)"
    supervise(script("rasa", show, hidden=("SESSION_SECRET", "ABSENT")), SESSION_SECRET="s", TURN_TOKEN="t")
    log = data.logs / "rasa.log"
    wait_for(lambda: log.exists() and "PATH" in log.read_text(encoding="utf-8"))
    assert "TURN_TOKEN" in log.read_text(encoding="utf-8")
    assert "SESSION_SECRET" not in log.read_text(encoding="utf-8")


def test_the_configuration_holds_no_secret(supervise: StartPrograms, data: DataDir) -> None:
    supervise(script("worker", STAY), TURN_TOKEN="very-secret")
    written = [path for path in data.root.rglob("*") if path.is_file()]
    assert data.run / "supervisord.conf" in written
    assert not any(b"very-secret" in path.read_bytes() for path in written)


def test_percent_signs_and_spaces_reach_the_program(supervise: StartPrograms, data: DataDir) -> None:
    supervise(script("odd", "import time; print('100% \"sure\"', flush=True); time.sleep(120)"))
    log = data.logs / "odd.log"
    wait_for(lambda: log.exists() and '100% "sure"' in log.read_text(encoding="utf-8"))


def test_a_program_gives_way_by_as_much_as_it_says(supervise: StartPrograms) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    supervisor = supervise(script("thinker", STAY, nice=3), script("taker", STAY))
    assert os.getpriority(os.PRIO_PROCESS, pid_of(supervisor, "taker")) == own
    assert os.getpriority(os.PRIO_PROCESS, pid_of(supervisor, "thinker")) == min(19, own + 3)
