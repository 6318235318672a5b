"""The process manager: `supervisord`, configured in the data directory and spoken to over its Unix socket."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from bot.data_dir import PROJECT_ROOT, DataDir
from bot.supervise.errors import StartError
from bot.supervise.programs import Program, Stage

_LAUNCH = Path(__file__).with_name("launch.py")
_CONFIGURATION = "supervisord.conf"
_START_SECONDS = 15.0
_STOP_SECONDS = 20.0
_UNREACHABLE = (OSError, HTTPException, xmlrpc.client.Error)


@dataclass(frozen=True, kw_only=True)
class ProcessState:
    """What the manager says of a program. `state` is supervisord's word: RUNNING, BACKOFF, FATAL, …"""

    name: str
    state: str
    pid: int | None
    since: float
    explanation: str


class Supervisor:
    """A running supervisord. It ends with the process that started it, and its programs end with it."""

    def __init__(self, data: DataDir, programs: Sequence[Program], process: subprocess.Popen[bytes]) -> None:
        self._data = data
        self._programs = programs
        self._process = process

    def is_alive(self) -> bool:
        """Whether supervisord itself still runs."""
        return self._process.poll() is None

    def start(self, *names: str) -> None:
        """Starts programs without waiting for them; one that runs already is left alone."""
        with _server(self._data) as server:
            for name in names:
                try:
                    server.supervisor.startProcess(name, False)
                except xmlrpc.client.Fault as fault:
                    if "ALREADY_STARTED" not in fault.faultString:
                        raise StartError(f"{name} cannot be started: {fault.faultString}.") from fault

    def states(self) -> list[ProcessState]:
        """The state of every program."""
        return states(self._data)

    def stop(self) -> None:
        """Stops the programs stage by stage, then supervisord; returns when nothing is left."""
        if self.is_alive():
            for stage in sorted(Stage, reverse=True):
                self._stop_stage([program for program in self._programs if program.stage == stage])
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # What is tied to its life ends with it.
            self._process.kill()
            self._process.wait()

    def _stop_stage(self, programs: Sequence[Program]) -> None:
        """Stops programs side by side; what does not end in its time is killed by supervisord."""
        names = {program.name for program in programs}
        deadline = time.monotonic() + max((program.stop_seconds for program in programs), default=0) + 3
        try:
            for name in names:
                _stop_one(self._data, name)
            while any(state.name in names and state.pid is not None for state in self.states()):
                if time.monotonic() > deadline:
                    return
                time.sleep(0.1)
        except (StartError, *_UNREACHABLE):
            # It is going already, and takes its programs with it.
            return


def launch(data: DataDir, programs: Sequence[Program], environment: Mapping[str, str]) -> Supervisor:
    """Starts supervisord with these programs, none of them started yet. Raises StartError."""
    _wait_for_predecessor(data)
    (data.run / _CONFIGURATION).write_text(configure(data, programs), encoding="utf-8")
    process = _spawn(data, environment)
    supervisor = Supervisor(data, programs, process)
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(data):
        if not supervisor.is_alive() or time.monotonic() > deadline:
            supervisor.stop()
            raise StartError(f"The process manager does not start; its log is in {data.logs}.")
        time.sleep(0.05)
    return supervisor


def _spawn(data: DataDir, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bot.supervise.manager", "--nodaemon"]
    command += ["--configuration", str(data.run / _CONFIGURATION)]
    with (data.logs / "supervisord.out").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", str(_LAUNCH), "--", *command],
            env=dict(environment),
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C at the terminal is ours to answer; it stops the programs in their order.
            start_new_session=True,
        )


def states(data: DataDir) -> list[ProcessState]:
    """The state of every program of the installation; raises StartError where it does not run."""
    try:
        with _server(data) as server:
            answers = cast("list[dict[str, Any]]", server.supervisor.getAllProcessInfo())
    except _UNREACHABLE as error:
        raise StartError("The process manager does not answer.") from error
    return [
        ProcessState(
            name=str(answer["name"]),
            state=str(answer["statename"]),
            pid=int(answer["pid"]) or None,
            since=float(answer["start"]),
            explanation=str(answer["spawnerr"] or answer["description"]),
        )
        for answer in answers
    ]


def configure(data: DataDir, programs: Sequence[Program]) -> str:
    """supervisord's configuration; it holds paths and commands, and nothing secret."""
    parts = [
        _section("unix_http_server", {"file": data.supervisor_socket, "chmod": "0600"}),
        _section(
            "supervisord",
            {
                "logfile": data.logs / "supervisord.log",
                "logfile_maxbytes": "5MB",
                "logfile_backups": 2,
                "pidfile": data.run / "supervisord.pid",
                "childlogdir": data.logs,
                "identifier": "caravan",
                # What the processes write, logs and the sandbox's phones included, is for this user alone.
                "umask": "077",
                "silent": "true",
                **({"user": "root"} if os.geteuid() == 0 else {}),
            },
        ),
        _section(
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
    ]
    return "\n".join(parts + [_program(data, program) for program in programs])


def _program(data: DataDir, program: Program) -> str:
    tied = [sys.executable, "-I", str(_LAUNCH), "--end-with", program.stop_signal]
    if program.nice:
        tied += ["--nice", str(program.nice)]
    if program.hidden:
        tied += ["--hide", ",".join(program.hidden)]
    return _section(
        f"program:{program.name}",
        {
            "command": shlex.join([*tied, "--", *program.command]),
            "directory": PROJECT_ROOT,
            "priority": int(program.stage),
            "autostart": "false",
            "autorestart": "true",
            "startsecs": 1,
            "startretries": 30,
            "stopsignal": program.stop_signal,
            "stopwaitsecs": program.stop_seconds,
            # PostgreSQL stops its own children, and in the right order.
            "stopasgroup": "false" if program.name == "db" else "true",
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": data.logs / f"{program.name}.log",
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 3,
        },
    )


def _stop_one(data: DataDir, name: str) -> None:
    try:
        with _server(data) as server:
            server.supervisor.stopProcess(name, False)
    except xmlrpc.client.Fault as fault:
        if "NOT_RUNNING" not in fault.faultString:
            raise


def _section(name: str, values: Mapping[str, object]) -> str:
    # A percent sign begins an expansion in supervisord's files.
    lines = [f"{key} = {str(value).replace('%', '%%')}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def _wait_for_predecessor(data: DataDir) -> None:
    """A run that was killed leaves a supervisord that is still stopping; it is given the time it needs."""
    deadline = time.monotonic() + _STOP_SECONDS
    while _answers(data):
        if time.monotonic() > deadline:
            raise StartError("Processes of an earlier run do not end; stop them with `make stop` or restart.")
        time.sleep(0.2)


def _answers(data: DataDir) -> bool:
    try:
        with _server(data) as server:
            server.supervisor.getState()
    except _UNREACHABLE:
        return False
    return True


def _server(data: DataDir) -> xmlrpc.client.ServerProxy:
    transport = SupervisorTransport(None, None, f"unix://{data.supervisor_socket}")
    return xmlrpc.client.ServerProxy("http://localhost", transport=transport)
