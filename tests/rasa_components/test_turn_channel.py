from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActiveLoop, Event
from rasa.shared.exceptions import RasaException
from sanic import Sanic

from bot.rasa_components.turn_channel import TurnChannel
from tests.rasa_components.stand_ins import Play, Processor, SavedTurns, bot_said, stand_in_agent

TOKEN = "a-token"
TURN = {
    "conversation_id": "7",
    "turn_id": "11",
    "channel": "whatsapp",
    "text": "salam",
    "metadata": {"variety": "fr"},
}
WAIT = 10.0
_numbers = itertools.count()
# Sanic's own way to have several apps in one process.
Sanic.test_mode = True


class Client:
    """Posts turns to the channel."""

    def __init__(self, server: Any, address: str, http: aiohttp.ClientSession) -> None:
        self.server = server
        self._address, self._http = address, http

    async def health(self) -> int:
        async with self._http.get(f"{self._address}/health") as answer:
            return answer.status

    async def post(self, *, token: str | None = TOKEN, body: Any = None, **changes: Any) -> tuple[int, Any]:
        """Status and content of the answer to the turn with these changes; None leaves a field out."""
        turn = {name: value for name, value in {**TURN, **changes}.items() if value is not None}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"{self._address}/webhook"
        async with self._http.post(address, json=turn if body is None else body, headers=headers) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def channel(agent: Any) -> AsyncIterator[Client]:
    """The channel, served as Rasa serves it, on a port of its own."""
    app = Sanic(f"turns{next(_numbers)}", configure_logging=False)
    app.ctx.agent = agent
    app.blueprint(TurnChannel(TOKEN, SavedTurns).blueprint(no_handler), url_prefix="/turn")
    listening = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    port = listening.getsockname()[1]
    try:
        async with aiohttp.ClientSession() as http:
            yield Client(server, f"http://127.0.0.1:{port}/turn", http)
    finally:
        server.close()
        await server.wait_closed()


async def no_handler(message: UserMessage) -> None:
    raise AssertionError("the channel hands turns to the processor itself")


async def says_hello(message: UserMessage) -> list[Event]:
    return [bot_said("Salam!", '/inform{"choice": "stop:1"}', "/greet", variety="ary-Latn")]


async def fails(message: UserMessage) -> list[Event]:
    raise ConnectionError("secret words")


def run(talk: Callable[[Client], Awaitable[None]], agent: Any) -> None:
    """Let ``talk`` use the channel in front of ``agent``."""

    async def served() -> None:
        async with channel(agent) as client:
            await asyncio.wait_for(talk(client), WAIT)

    asyncio.run(served())


def test_a_turn_is_answered_with_words_choices_and_what_was_understood() -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        status, content = await client.post()
        assert status == 200
        assert (content["turn_id"], content["variety"]) == ("11", "ary-Latn")
        assert (content["intent"], content["confidence"]) == ("inform", 0.5)
        (message,) = content["messages"]
        assert (message["text"], message["response"], message["request"]) == ("Salam!", "utter_x", None)
        assert [button["payload"] for button in message["buttons"]] == [
            '/inform{"choice": "stop:1"}',
            "/greet",
        ]

    run(talk, stand_in_agent(processor))
    (message,) = processor.played
    assert (message.sender_id, message.message_id, message.input_channel) == ("7", "11", "whatsapp")
    assert message.metadata == {"variety": "fr", "turn_id": "11", "conversation_id": "7"}
    assert message.output_channel.name() == "whatsapp"


@pytest.mark.parametrize("token", [None, "", "another", TOKEN[:-1], TOKEN + "x"])
def test_without_the_token_nothing_runs(token: str | None) -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        assert (await client.post(token=token))[0] == 401

    run(talk, stand_in_agent(processor))
    assert processor.played == []


@pytest.mark.parametrize("field", ["conversation_id", "turn_id", "channel"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_field_that_is_missing_is_named(field: str, value: str | None) -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        assert await client.post(**{field: value}) == (422, {"error": f"missing: {field}"})

    run(talk, stand_in_agent(processor))
    assert processor.played == []


def test_a_turn_has_a_text_or_a_payload() -> None:
    async def talk(client: Client) -> None:
        assert (await client.post(text=None))[0] == 422
        assert (await client.post(text="", payload=""))[0] == 422
        assert (await client.post(body=[1, 2]))[0] == 422
        assert (await client.post(text="", payload="/greet"))[0] == 200

    run(talk, stand_in_agent(Processor(says_hello)))


@pytest.mark.parametrize("ready", [False, None])
def test_while_the_model_is_loading(ready: bool | None) -> None:
    agent = None
    if ready is False:
        agent = stand_in_agent(Processor(says_hello))
        agent.is_ready = lambda: False

    async def talk(client: Client) -> None:
        assert await client.health() == 503
        assert (await client.post())[0] == 503

    run(talk, agent)


def test_health_when_it_is_loaded() -> None:
    async def talk(client: Client) -> None:
        assert await client.health() == 200

    run(talk, stand_in_agent(Processor(says_hello)))


def test_the_same_turn_again_gets_the_stored_answer_and_runs_nothing() -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        first = await client.post()
        await client.post(turn_id="12")
        assert await client.post() == first

    run(talk, stand_in_agent(processor))
    assert [message.message_id for message in processor.played] == ["11", "12"]


def test_the_same_turn_at_the_same_moment_runs_once() -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        first, second = await asyncio.gather(client.post(), client.post())
        assert first == second
        assert first[0] == 200

    run(talk, stand_in_agent(processor))
    assert len(processor.played) == 1


def test_the_same_number_in_another_conversation_is_another_turn() -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        await client.post()
        await client.post(conversation_id="8")

    run(talk, stand_in_agent(processor))
    assert [message.sender_id for message in processor.played] == ["7", "8"]


@pytest.mark.parametrize(
    ("typed", "heard"),
    [("1", '/inform{"choice": "stop:1"}'), ("0", "/go_back"), ("3", "3"), ("/restart", "restart")],
)
def test_what_is_typed_is_resolved_against_the_last_answer(typed: str, heard: str) -> None:
    processor = Processor(says_hello)

    async def talk(client: Client) -> None:
        await client.post()
        await client.post(turn_id="12", text=typed)

    run(talk, stand_in_agent(processor))
    assert processor.played[-1].text == heard


def failing_once() -> Play:
    """An action that fails the first time."""
    tries = itertools.count()

    async def play(message: UserMessage) -> list[Event]:
        return await (fails if next(tries) == 0 else says_hello)(message)

    return play


def test_an_action_that_fails_fails_the_turn_and_the_next_try_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processor = Processor(failing_once())

    async def talk(client: Client) -> None:
        assert await client.post() == (500, {"error": "an action failed"})
        assert SavedTurns(stand_in_agent(processor)).finished("7", "11") is None
        status, content = await client.post()
        assert (status, content["messages"][0]["text"]) == (200, "Salam!")

    with caplog.at_level(logging.ERROR, logger="bot.rasa_components.turn_channel"):
        run(talk, stand_in_agent(processor))
    assert "action_played" in caplog.text
    assert "ConnectionError at" in caplog.text
    assert "secret words" not in caplog.text


def test_an_action_that_declines_is_no_failure() -> None:
    async def declines(message: UserMessage) -> list[Event]:
        if len(processor.played) == 1:
            raise ActionExecutionRejection("action_played")
        return [bot_said("Salam!")]

    processor = Processor(declines)

    async def talk(client: Client) -> None:
        status, content = await client.post()
        assert (status, content["messages"][0]["text"]) == (200, "Salam!")

    run(talk, stand_in_agent(processor))


def test_a_database_that_is_down_fails_the_turn() -> None:
    async def talk(client: Client) -> None:
        assert await client.post() == (500, {"error": "ConnectionError"})

    run(talk, stand_in_agent(Processor(says_hello, broken=True)))


def test_actions_that_go_round_in_a_circle_fail_the_turn() -> None:
    processor = Processor(says_hello, rounds=100)

    async def talk(client: Client) -> None:
        assert await client.post() == (500, {"error": "an action failed"})

    run(talk, stand_in_agent(processor))
    assert len(processor.played) == processor.max_number_of_predictions


def test_a_caller_that_hangs_up_does_not_stop_the_turn() -> None:
    begun, gate = asyncio.Event, asyncio.Event
    events: dict[str, asyncio.Event] = {}

    async def waits(message: UserMessage) -> list[Event]:
        events["begun"].set()
        await events["gate"].wait()
        return [bot_said("Salam!")]

    processor = Processor(waits)
    agent = stand_in_agent(processor)

    async def talk(client: Client) -> None:
        events.update(begun=begun(), gate=gate())
        caller = asyncio.ensure_future(client.post())
        await events["begun"].wait()
        caller.cancel()
        for _ in range(500):
            if client.server.connections:
                await asyncio.sleep(0.01)
        assert not client.server.connections
        events["gate"].set()
        status, content = await client.post()
        assert (status, content["messages"][0]["text"]) == (200, "Salam!")

    run(talk, agent)
    assert len(processor.played) == 1


def test_it_needs_a_token() -> None:
    assert TurnChannel.from_credentials({"token": "x"}).name() == "turn"
    for credentials in (None, {}, {"token": ""}):
        with pytest.raises(RasaException, match="turn input channel"):
            TurnChannel.from_credentials(credentials)


def test_after_a_coach_an_open_form_and_offered_choices_are_over() -> None:
    async def opens_a_form(message: UserMessage) -> list[Event]:
        return [ActiveLoop("booking_form"), bot_said("Which?", '/inform{"choice": "stop:1"}')]

    processor = Processor(opens_a_form)

    async def talk(client: Client) -> None:
        await client.post()
        tracker = await processor.tracker_store.retrieve("7")
        assert tracker is not None
        assert tracker.active_loop_name == "booking_form"
        processor._play = says_hello
        await client.post(turn_id="12", text="1", metadata={"variety": "fr", "resumed": True})
        tracker = await processor.tracker_store.retrieve("7")
        assert tracker is not None
        assert tracker.active_loop_name is None
        assert processor.played[-1].text == "1"

    run(talk, stand_in_agent(processor))
