"""The stream of an open page, over a socket: the client of other tests reads no answer before its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import update

from bot.core.roles import Role
from bot.services import handoffs, logins
from bot.store.engine import Sessions, transaction
from bot.store.models import Staff
from bot.web.console import live
from bot.web.serving import Server
from tests.web.console.conftest import PASSWORD

SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Running:
    """The service on a socket."""

    client: httpx.Client
    server: Server
    thread: threading.Thread


@pytest.fixture
def running(
    make_app: Callable[..., FastAPI], sessions: Sessions, accounts: None, clock: Any
) -> Iterator[Running]:
    app = make_app()
    server = Server(uvicorn.Config(app, port=0, log_config=None), app.state.web.changes)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    with transaction(sessions) as session:
        token = logins.log_in(session, username="amina", password=PASSWORD, now=clock()).token
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", cookies={"staff": token}, timeout=SECONDS
    ) as client:
        yield Running(client=client, server=server, thread=thread)
    server.should_exit = True
    thread.join(SECONDS)
    assert not thread.is_alive()


def names(answer: httpx.Response) -> Iterator[str]:
    """The events of a stream as they come."""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            yield line.removeprefix("event: ")
        else:
            assert line in ("data:", "")


@pytest.mark.usefixtures("waiting")
def test_a_page_is_told_that_its_conversation_changed_and_nothing_of_it(
    running: Running, sessions: Sessions, clock: Any
) -> None:
    with running.client.stream("GET", "/console/live?talk=1") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        told = names(answer)
        assert [next(told), next(told)] == ["beat", "changed"]
        with transaction(sessions) as session:
            amina = session.query(Staff).filter_by(username="amina").one()
            handoffs.take(session, conversation_id=1, staff_id=amina.id, now=clock())
        assert next(told) == "changed"


@pytest.mark.parametrize(
    "change", [{"role": Role.AGENT.value}, {"disabled_at": "now"}], ids=["another role", "a closed account"]
)
def test_a_stream_ends_with_the_right_to_it(
    running: Running, sessions: Sessions, clock: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    with running.client.stream("GET", "/console/live") as answer:
        told = names(answer)
        assert [next(told), next(told)] == ["beat", "changed"]
        if "disabled_at" in change:
            change = {"disabled_at": clock()}
        with transaction(sessions) as session:
            session.execute(update(Staff).where(Staff.username == "amina").values(change))
        assert list(told)[-1] == "over"


def test_a_stream_ends_with_its_session(
    running: Running, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    with running.client.stream("GET", "/console/live") as answer:
        told = names(answer)
        assert next(told) == "beat"
        clock.move(hours=13)
        assert list(told)[-1] == "over"


def test_the_service_stops_although_somebody_watches(running: Running) -> None:
    with running.client.stream("GET", "/console/live") as answer:
        told = names(answer)
        assert next(told) == "beat"
        running.server.should_exit = True
        assert list(told)[-1] == "over"
    running.thread.join(SECONDS)
    assert not running.thread.is_alive()
