from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.models import WorkerHeartbeat

RASA, ACTIONS, SANDBOX = "http://rasa.invalid/", "http://actions.invalid/", "http://sandbox.invalid/"


def says(status: int, body: object = None) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, json=body)


def hangs(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer", request=request)


@pytest.fixture
def everything_ready(neighbours: Any, sessions: Sessions, clock: Any) -> None:
    neighbours.answers = {
        RASA: says(200, {"status": "ok"}),
        ACTIONS: says(200, {"status": "ok"}),
        SANDBOX: says(200, {}),
    }
    with transaction(sessions) as session:
        session.add(WorkerHeartbeat(name="worker", at=clock()))


@pytest.mark.usefixtures("everything_ready")
def test_ready_once_everything_is(client: httpx.Client, neighbours: Any) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "ok"
    assert {request.url.path for request in neighbours.seen} >= {"/webhooks/turn/health", "/health"}


@pytest.mark.usefixtures("everything_ready")
@pytest.mark.parametrize(
    ("start", "answer", "part"),
    [
        (RASA, says(200, {"status": "loading"}), "assistant"),
        (RASA, says(200, []), "assistant"),
        (RASA, lambda _: httpx.Response(200, text="not json"), "assistant"),
        (RASA, says(503), "assistant"),
        (RASA, hangs, "assistant"),
        (ACTIONS, says(500), "actions"),
        (ACTIONS, hangs, "actions"),
        (SANDBOX, hangs, "sandbox"),
    ],
)
def test_the_part_that_is_not_ready_is_named(
    client: httpx.Client, neighbours: Any, start: str, answer: Any, part: str
) -> None:
    neighbours.answers[start] = answer
    said = client.get("/health")
    assert said.status_code == 503
    assert list(said.json()["reasons"]) == [part]


@pytest.mark.usefixtures("everything_ready")
def test_a_silent_worker_is_not_ready(client: httpx.Client, clock: Any) -> None:
    clock.move(seconds=14)
    assert client.get("/health").status_code == 200
    clock.move(seconds=1)
    assert client.get("/health").json()["reasons"] == {"worker": "the worker has been silent for 15 s"}


@pytest.mark.usefixtures("everything_ready")
def test_a_worker_that_never_spoke_is_not_ready(client: httpx.Client, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.execute(text("DELETE FROM worker_heartbeat"))
    assert list(client.get("/health").json()["reasons"]) == ["worker"]


@pytest.mark.usefixtures("everything_ready")
def test_an_older_schema_is_not_ready(client: httpx.Client, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert list(client.get("/health").json()["reasons"]) == ["database"]


@pytest.mark.usefixtures("everything_ready")
def test_without_the_database_it_is_not_ready(make_client: Callable[..., httpx.Client]) -> None:
    gone = make_sessions(make_engine("postgresql://nobody@127.0.0.1:9/nothing"))
    said = make_client(sessions=gone).get("/health")
    assert said.status_code == 503
    assert set(said.json()["reasons"]) == {"database", "worker"}


@pytest.mark.usefixtures("everything_ready")
def test_production_does_not_wait_for_a_sandbox(
    make_client: Callable[..., httpx.Client], neighbours: Any
) -> None:
    del neighbours.answers[SANDBOX]
    assert make_client(sandbox=False).get("/health").status_code == 200


@pytest.mark.usefixtures("everything_ready")
def test_each_process_of_the_assistant_has_to_be_ready(
    make_client: Callable[..., httpx.Client], neighbours: Any
) -> None:
    client = make_client(rasa_url="http://rasa.invalid,http://rasa-2.invalid")
    assert client.get("/health").status_code == 503
    neighbours.answers["http://rasa-2.invalid/"] = says(200, {"status": "ok"})
    assert client.get("/health").status_code == 200
