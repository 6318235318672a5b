"""What would fail later is said first."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.supervise import preflight
from bot.supervise.errors import StartError


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_port_in_use_is_named_with_its_user_and_a_way_out(taken: int) -> None:
    with pytest.raises(StartError) as caught:
        preflight.require_port("127.0.0.1", taken, wanted_by="sandbox", first=taken - 1)
    text = str(caught.value)
    assert f"Port {taken} is in use, and the sandbox needs it" in text
    assert "make run PORT=" in text


def test_a_port_that_was_just_given_back_will_do(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    preflight.require_port("127.0.0.1", port, wanted_by="sandbox", first=port)


def test_an_address_of_another_machine_is_blamed_on_host() -> None:
    with pytest.raises(StartError, match=r"HOST is 192\.0\.2\.1"):
        preflight.require_port("192.0.2.1", 0, wanted_by="web service", first=0)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    preflight.require_room(tmp_path, 1)
    with pytest.raises(StartError, match="is full"):
        preflight.require_room(tmp_path, 10**18)


def test_rasa_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preflight, "RASA_PYTHON", tmp_path / "python")
    with pytest.raises(StartError, match="make run"):
        preflight.require_rasa()
