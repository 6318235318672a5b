"""The whole product, started by the command that people use, on ports and data of its own."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import httpx

from bot.data_dir import locate

START_SECONDS = 900.0
"""The first start trains the model."""
STOP_SECONDS = 40.0
REFUSAL_SECONDS = 60.0
PORTS = 5
STARTED = "Ctrl-C stops everything."
"""The last line that a start prints."""
LOGIN = re.compile(r"First login\s+(\S+)\s+password: (\S+)")


class Product:
    """Starts, observes and stops one installation. ``models`` keeps trained models between runs."""

    def __init__(self, *, root: Path, home: Path, models: Path) -> None:
        self.root = root
        self._models = models
        self.port = free_ports()
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = home.parent / f"{home.name}-output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.url, timeout=30.0)

    def start(self) -> str:
        """Start, and return what was printed when the product says that it is healthy."""
        self._bring_models()
        before = len(self.said())
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=self.root,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.wait_until_healthy(START_SECONDS)
        deadline = time.monotonic() + REFUSAL_SECONDS
        while STARTED not in self.said()[before:]:
            assert time.monotonic() < deadline, self.said()[-3000:]
            time.sleep(0.1)
        self._keep_models()
        return self.said()[before:]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop as Ctrl-C does, or by another signal; the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(STOP_SECONDS)

    def environment(self) -> dict[str, str]:
        """The environment of the product's commands."""
        own = {"PORT": str(self.port), "DATA_DIR": str(self.home)}
        inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return {**inherited, **own}

    def refused_start(self, changes: Mapping[str, str], *, cwd: Path | None = None) -> str:
        """What a start with these settings says that must not succeed."""
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            cwd=cwd or self.root,
            env={**self.environment(), **changes},
            capture_output=True,
            text=True,
            timeout=REFUSAL_SECONDS,
        )
        assert ended.returncode == 1, ended
        return (ended.stdout + ended.stderr).strip()

    def wait_until_healthy(self, seconds: float = 90.0) -> float:
        """Seconds until ``/health`` answers 200; AssertionError with what the start said where it does not."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            assert self._process is not None
            assert self._process.poll() is None, f"the start ended:\n{self.said()[-3000:]}"
            try:
                if self.http.get("/health", timeout=5.0).status_code == httpx.codes.OK:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass  # it does not listen yet
            time.sleep(0.2)
        raise AssertionError(f"not healthy after {seconds} s:\n{self.said()[-3000:]}")

    def said(self) -> str:
        """What the start command printed."""
        if not self._output.exists():
            return ""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def first_login(self) -> tuple[str, str]:
        """User name and password of the first account."""
        found = LOGIN.search(self.said())
        assert found is not None, self.said()
        return found.group(1), found.group(2)

    def pid(self, program: str) -> int:
        """The process id of one supervised program."""
        answer = subprocess.run(
            [sys.executable, "-m", "bot", "status"],
            cwd=self.root,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,  # it also says by its exit code that something does not run
        ).stdout
        found = re.search(rf"^{program}\s.*?pid (\d+)", answer, re.MULTILINE)
        assert found is not None, answer
        return int(found.group(1))

    def processes(self) -> list[str]:
        """The command lines of all living processes that belong to this installation."""
        return sorted(self._processes())

    def _processes(self) -> Iterator[str]:
        setting = f"DATA_DIR={self.home}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                belongs = str(self.home).encode() in command
                if belongs or setting in (process / "environ").read_bytes().split(b"\0"):
                    yield command.replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                pass  # it has ended, or is another user's

    def listening(self) -> list[int]:
        """Those of the product's ports on which somebody listens."""
        return [port for port in range(self.port, self.port + PORTS) if not _free(port)]

    def database_url(self) -> str:
        """The embedded database's address."""
        return locate(self.home).embedded_database_url()

    def logs(self) -> str:
        """All logs together."""
        files = sorted((self.home / "logs").glob("*"))
        return "\n".join(
            file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()
        )

    def state(self, what: str, **query: Any) -> Any:
        """The sandbox's read-only state."""
        answer = self.http.get(f"/sandbox/state/{what}", params=query)
        answer.raise_for_status()
        return answer.json()

    def clock(self) -> datetime:
        """The product's time."""
        return datetime.fromisoformat(self.http.get("/sandbox/clock").json()["now"])

    def set_clock(self, now: datetime) -> None:
        """Move the product's clock forward."""
        answer = self.http.put("/sandbox/clock", json={"now": now.isoformat()})
        assert answer.status_code == httpx.codes.OK, answer.text

    def set_faults(self, **faults: Any) -> None:
        """What the providers do wrong from now on."""
        answer = self.http.put("/sandbox/faults", json=faults)
        assert answer.status_code == httpx.codes.OK, answer.text

    def _bring_models(self) -> None:
        target = self.home / "models"
        self.home.mkdir(parents=True, exist_ok=True)
        if self._models.is_dir() and not target.exists():
            shutil.copytree(self._models, target)

    def _keep_models(self) -> None:
        """Keep the models that the product keeps, for the next run."""
        self._models.mkdir(parents=True, exist_ok=True)
        kept = {model.name: model for model in (self.home / "models").glob("*.tar.gz")}
        for model in self._models.iterdir():
            if model.name not in kept:
                model.unlink()
        for name, model in kept.items():
            shutil.copy2(model, self._models / name)


SETTINGS = frozenset({"PORT", "DATA_DIR", "DATABASE_URL", "PUBLIC_BASE_URL", "SANDBOX", "SETTINGS_RESOLVED"})
"""Of the environment of the tests, what must not reach the product."""


def free_ports() -> int:
    """The first of neighbouring ports that nobody listens on. They are this process's until it ends: a product that is being
    restarted listens on none of its own for a moment, when another run of tests could take them."""
    for first in range(18000, 28000, 10):
        claim = _claimed(Path(tempfile.gettempdir()) / f"caravan-test-ports-{first}")
        if claim is None:
            continue
        if all(_free(first + offset) for offset in range(PORTS)):
            _CLAIMS.append(claim)
            return first
        claim.close()
    raise AssertionError("no free ports")


_CLAIMS: list[IO[bytes]] = []


def _claimed(path: Path) -> IO[bytes] | None:
    """The file, locked; None where another process has it."""
    try:
        claim = path.open("ab")
    except OSError:
        return None
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        return None
    return claim


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
