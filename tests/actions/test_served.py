"""The action server's application, asked as uvicorn asks it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import MutableMapping
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.served import ActionServer

TRACKER = {
    "sender_id": "7",
    "slots": {"place": 1},
    "events": [{"event": "user"}],
    "latest_message": {"text": "x"},
}
CALL = {"next_action": "action_good", "tracker": TRACKER}


async def good(dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
    dispatcher.utter_message(response="utter_x", values={"word": "فابور"})
    return [SlotSet("place", (tracker.get_slot("place"), tracker.latest_message["text"], tracker.events))]


async def quiet(dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> None:
    """Nothing is said and nothing happens."""


async def broken(dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> None:
    raise ConnectionError("secret words")


@pytest.fixture
def server() -> ActionServer:
    executor = ActionExecutor()
    for function in (good, quiet, broken):
        executor.register_function(f"action_{function.__name__}", function)
    return ActionServer(executor)


def ask(server: ActionServer, *parts: bytes, method: str = "POST", path: str = "/webhook") -> tuple[int, Any]:
    """Status and content of the answer."""
    left = list(parts)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(server({"type": "http", "method": method, "path": path}, receive, send))
    start, body = sent
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
    return start["status"], json.loads(body["body"])


def test_an_action_is_run_with_the_conversation_and_its_answer_given(server: ActionServer) -> None:
    whole = json.dumps(CALL).encode()
    status, content = ask(server, whole[:20], whole[20:])
    assert status == 200
    (event,) = content["events"]
    assert (event["event"], event["value"]) == ("slot", [1, "x", [{"event": "user"}]])
    (said,) = content["responses"]
    assert (said["response"], said["values"]) == ("utter_x", {"word": "فابور"})


def test_an_action_that_says_and_does_nothing(server: ActionServer) -> None:
    asked = json.dumps({**CALL, "next_action": "action_quiet"}).encode()
    assert ask(server, asked) == (200, {"events": [], "responses": []})


def test_what_one_action_says_is_not_said_by_the_next(server: ActionServer) -> None:
    asked = json.dumps(CALL).encode()
    assert [len(ask(server, asked)[1]["responses"]) for _ in range(2)] == [1, 1]


def test_an_action_that_fails_is_an_error_without_words(
    server: ActionServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        asked = json.dumps({**CALL, "next_action": "action_broken"}).encode()
        assert ask(server, asked) == (500, {"error": "ConnectionError"})
    assert caplog.messages == ["action_broken failed: ConnectionError"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b"{}",
        b'{"next_action": "action_good"}',
        b'{"next_action": [], "tracker": {}}',
    ],
)
def test_what_is_no_call_is_refused(server: ActionServer, body: bytes) -> None:
    assert ask(server, body)[0] == 422


def test_what_there_is_not(server: ActionServer) -> None:
    asked = json.dumps({**CALL, "next_action": "action_x"}).encode()
    assert ask(server, asked)[0] == 404
    assert ask(server, b"", method="GET")[0] == 404
    assert ask(server, b"", path="/actions")[0] == 404


def test_health(server: ActionServer) -> None:
    assert ask(server, b"", method="GET", path="/health") == (200, {"status": "ok"})
