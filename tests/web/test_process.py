from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(root: Path, database_url: str, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "PATH": os.environ["PATH"],
        "SETTINGS_RESOLVED": "1",
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "SANDBOX": "1",
        "SESSION_SECRET": "secret",
        "SANDBOX_URL": "http://127.0.0.1:9",
        "RASA_URL": "http://127.0.0.1:9",
        "ACTIONS_URL": "http://127.0.0.1:9",
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "bot.web"], cwd=root, env=environment, stderr=subprocess.PIPE, text=True
    )
    yield started
    started.kill()
    started.communicate(timeout=SECONDS)


def answer_of(url: str) -> httpx.Response:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_the_service_starts_answers_and_ends_when_it_is_told_to(
    process: subprocess.Popen[str], port: int
) -> None:
    health = answer_of(f"http://127.0.0.1:{port}/health")
    assert health.status_code == 503
    assert health.json()["checks"]["database"] == "ready"
    assert httpx.get(f"http://127.0.0.1:{port}/console/login").status_code == 200
    httpx.get(f"http://127.0.0.1:{port}/sandbox/phones/%2B212612345678/messages")
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=SECONDS)
    assert process.returncode in (0, -signal.SIGTERM)
    assert "12345678" not in log
    assert "Traceback" not in log


def test_a_setting_that_is_wrong_is_said_in_one_sentence(root: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SETTINGS_RESOLVED": "1", "PORT": "nonsense"}
    ended = subprocess.run(
        [sys.executable, "-m", "bot.web"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 1
    assert "PORT" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
