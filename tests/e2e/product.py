"""The whole product, started by the command that people use, on ports and data of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 900.0
"""The first start trains the model."""
STOP_SECONDS = 40.0
LOGIN = re.compile(r"First login\s+(\S+)\s+password: (\S+)")


class Product:
    """Starts, observes and stops one installation. ``models`` keeps trained models between runs."""

    def __init__(self, *, root: Path, home: Path, models: Path) -> None:
        self._root = root
        self._models = models
        self.port = free_ports()
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = home.parent / f"{home.name}-output.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.url, timeout=30.0)

    def start(self) -> None:
        """Start, and return when the product says that it is healthy."""
        self._bring_models()
        environment = {
            **{name: value for name, value in os.environ.items() if name not in SETTINGS},
            "PORT": str(self.port),
            "DATA_DIR": str(self.home),
        }
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                cwd=self._root,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.wait_until_healthy(START_SECONDS)
        self._keep_models()

    def stop(self) -> int:
        """Stop as Ctrl-C does; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_SECONDS)
        self.http.close()
        return code

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
                pass
            time.sleep(0.3)
        raise AssertionError(f"not healthy after {seconds} s:\n{self.said()[-3000:]}")

    def said(self) -> str:
        """What the start command printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def first_login(self) -> tuple[str, str]:
        """User name and password of the first account."""
        found = LOGIN.search(self.said())
        assert found is not None, self.said()
        return found.group(1), found.group(2)

    def pid(self, program: str) -> int:
        """The process id of one supervised program."""
        answer = subprocess.run(
            [sys.executable, "-m", "bot", "status"],
            cwd=self._root,
            env={**os.environ, "PORT": str(self.port), "DATA_DIR": str(self.home)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = re.search(rf"^{program}\s.*?pid (\d+)", answer, re.MULTILINE)
        assert found is not None, answer
        return int(found.group(1))

    def kill(self, program: str) -> int:
        """``kill -9`` one program; the process id that it had."""
        victim = self.pid(program)
        os.kill(victim, signal.SIGKILL)
        return victim

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

    def clock(self) -> str:
        """The product's clock, ISO 8601."""
        return str(self.http.get("/sandbox/clock").json()["now"])

    def set_clock(self, now: str) -> None:
        """Move the product's clock forward."""
        answer = self.http.put("/sandbox/clock", json={"now": now})
        assert answer.status_code == httpx.codes.OK, answer.text

    def _bring_models(self) -> None:
        target = self.home / "models"
        self.home.mkdir(parents=True, exist_ok=True)
        if self._models.is_dir() and not target.exists():
            shutil.copytree(self._models, target)

    def _keep_models(self) -> None:
        self._models.mkdir(parents=True, exist_ok=True)
        for model in (self.home / "models").glob("*.tar.gz"):
            if not (self._models / model.name).exists():
                shutil.copy2(model, self._models / model.name)


SETTINGS = frozenset({"PORT", "DATA_DIR", "DATABASE_URL", "PUBLIC_BASE_URL", "SANDBOX", "SETTINGS_RESOLVED"})
"""Of the environment of the tests, what must not reach the product."""


def free_ports() -> int:
    """The first of four neighbouring ports that nobody listens on."""
    for first in range(18000, 28000, 10):
        if all(_free(first + offset) for offset in range(4)):
            return first
    raise AssertionError("no free ports")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
