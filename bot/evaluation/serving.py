"""What Rasa's server costs with a model: how long until it is ready, and how much memory it then holds."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.data_dir import PROJECT_ROOT, DataDir
from bot.evaluation.assessment import Server
from bot.problem import Problem
from bot.supervise import environment
from bot.supervise.programs import RASA_PYTHON

_PATIENCE_SECONDS = 300.0
_PAUSE_SECONDS = 0.1
_STOP_SECONDS = 10.0
_MEGABYTE = 1_000_000
# The conversations' store is no part of what is measured.
_ENDPOINTS = "nlg:\n  type: bot.rasa_components.answer_generator.AnswerGenerator\n"


def measure(model: Path, data: DataDir) -> Server | None:
    """Starts Rasa's server, waits until it is ready, ends it; None where the system does not say what a process uses.

    Raises Problem where it does not get ready.
    """
    if not Path("/proc/self/stat").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        endpoints = Path(folder) / "endpoints.yml"
        endpoints.write_text(_ENDPOINTS, encoding="utf-8")
        port = _free_port()
        started = time.monotonic()
        process = _start(model, endpoints, port, environment.of_tools(data))
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}/webhooks/turn/health")
            return Server(
                ready_seconds=time.monotonic() - started,
                processor_seconds=_processor_seconds(process.pid),
                resident_mb=_resident_mb(process.pid),
            )
        finally:
            _end(process)


def _start(model: Path, endpoints: Path, port: int, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [
        str(RASA_PYTHON),
        "-m",
        "bot.rasa_components.lean_rasa",
        "run",
        "--model",
        str(model),
        "--endpoints",
        str(endpoints),
    ]
    command += ["--credentials", "credentials.yml", "-i", "127.0.0.1", "-p", str(port)]
    return subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env={**variables, "TURN_TOKEN": "measured"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Problem(f"Rasa's server ended with exit code {process.returncode} before it was ready.")
        try:
            with direct.open(address, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(_PAUSE_SECONDS)
    raise Problem(f"Rasa's server was not ready after {_PATIENCE_SECONDS:.0f} seconds.")


def _processor_seconds(pid: int) -> float:
    # The second field is the program's name in brackets and may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(one for one in status if one.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / _MEGABYTE


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
