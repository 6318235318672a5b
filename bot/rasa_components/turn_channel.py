"""The turn channel: one POST is one turn, and the same turn posted again runs only once.

Where Rasa's own REST channel answers 200 whatever happened, this one answers an error for an error, so that the caller can try again.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import ActiveLoop, AllSlotsReset, SlotSet
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.core.garbage import leave_the_start_alone
from bot.rasa_components.action_calls import tell_what_is_read
from bot.rasa_components.action_results import check_the_schema_once
from bot.rasa_components.kept_connections import keep_connections
from bot.rasa_components.once import think_once
from bot.rasa_components.straight_graph import straight
from bot.rasa_components.turn_store import TurnStore
from bot.rasa_components.typed_text import message_text

logger = logging.getLogger(__name__)

REQUIRED = ("conversation_id", "turn_id", "channel")
OnMessage = Callable[[UserMessage], Awaitable[Any]]


class TurnAborted(BaseException):
    """An action failed. Not an Exception, because Rasa swallows those and goes on as if nothing had happened."""


class TurnOutput(CollectingOutputChannel):
    """An output channel that bears the name of the person's channel."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """The channel's name, for response variations."""
        return self._channel


class TurnChannel(InputChannel):
    """``POST /webhooks/turn/webhook`` with a bearer token; see the module's documentation."""

    def __init__(self, token: str, store_of: Callable[[Any], TurnStore] | None = None) -> None:
        self._token = token
        self._store_of = store_of or _tracker_table

    @classmethod
    def name(cls) -> str:
        """The channel's place in the URL."""
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        """Made from credentials.yml, which takes the token from the environment."""
        if not credentials or not credentials.get("token"):
            cls.raise_missing_credentials_exception()
        return cls(str((credentials or {})["token"]))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The channel's routes."""
        routes = Blueprint("turn_webhook", __name__)

        @routes.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = request.app.ctx.agent is not None and request.app.ctx.agent.is_ready()
            return response.json({"status": "ok" if ready else "loading"}, status=200 if ready else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return response.json({"error": "unauthorised"}, status=401)
            body = request.json
            problem = _problem(body)
            if problem:
                return response.json({"error": problem}, status=422)
            agent = request.app.ctx.agent
            if agent is None or not agent.is_ready():
                return response.json({"error": "the model is not loaded"}, status=503)
            # A caller that hangs up must not stop a turn whose actions have begun to write.
            return await asyncio.shield(asyncio.ensure_future(_answer(agent, self._store_of, body)))

        return routes

    def _authorised(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())


def _problem(body: Any) -> str | None:
    if not isinstance(body, dict):
        return "the body is not a JSON object"
    missing = [name for name in REQUIRED if not body.get(name)]
    if missing:
        return f"missing: {', '.join(missing)}"
    if not body.get("text") and not body.get("payload"):
        return "a turn has a text or a payload"
    return None


def _tracker_table(agent: Any) -> TurnStore:
    return TurnStore(agent.tracker_store._tracker_store)


async def _answer(agent: Any, store_of: Callable[[Any], TurnStore], body: dict[str, Any]) -> HTTPResponse:
    try:
        return response.json(await _run(agent, store_of(agent), body), status=200)
    except TurnAborted as failed:
        logger.error("turn %s failed: %s (%s)", body["turn_id"], failed, _causes(failed.__cause__))
        return response.json({"error": "an action failed"}, status=500)
    except Exception as failed:  # noqa: BLE001 - the boundary: whatever it was, the caller must learn of it
        logger.error("turn %s failed: %s", body["turn_id"], _causes(failed))
        return response.json({"error": type(failed).__name__}, status=500)


async def _run(agent: Any, store: TurnStore, body: dict[str, Any]) -> dict[str, Any]:
    _harden(agent)
    sender, turn_id = str(body["conversation_id"]), str(body["turn_id"])
    async with agent.lock_store.lock(sender):
        try:
            done, offered = store.begin(sender, turn_id)
            if done is None:
                await _handle(agent, body, offered)
                done = store.finished(sender, turn_id)
        finally:
            store.end(sender)
    if done is None:
        raise TurnAborted("the turn was not stored")
    return _reply(turn_id, done, body)


async def _begin_anew(agent: Any, sender: str) -> None:
    """A coach has talked with the person since: what was asked before is over, open forms too; the chosen variety stays."""
    tracker = await agent.processor.tracker_store.retrieve(sender)
    if tracker is None:
        return
    chosen = tracker.get_slot("chosen_variety") if "chosen_variety" in tracker.slots else None
    tracker.update(ActiveLoop(None))
    tracker.update(AllSlotsReset())
    if chosen is not None:
        tracker.update(SlotSet("chosen_variety", chosen))
    await agent.processor.save_tracker(tracker)


async def _handle(agent: Any, body: dict[str, Any], offered: list[dict[str, Any]]) -> None:
    turn_id = str(body["turn_id"])
    if (body.get("metadata") or {}).get("resumed"):
        offered = []
        await _begin_anew(agent, str(body["conversation_id"]))
    text = message_text(typed=body.get("text") or "", payload=body.get("payload"), offered=offered)
    message = UserMessage(
        text=text,
        output_channel=TurnOutput(body["channel"]),
        sender_id=str(body["conversation_id"]),
        input_channel=body["channel"],
        message_id=turn_id,
        metadata={
            **(body.get("metadata") or {}),
            "turn_id": turn_id,
            "conversation_id": body["conversation_id"],
        },
    )
    await agent.processor.handle_message(message)


def _reply(turn_id: str, done: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    parsed = done["user"].get("parse_data") or {}
    intent = parsed.get("intent") or {}
    messages = [_message(event) for event in done["bot"]]
    varieties = [message["variety"] for message in messages if message["variety"]]
    known = (body.get("metadata") or {}).get("variety")
    return {
        "turn_id": turn_id,
        "variety": varieties[-1] if varieties else known,
        "messages": messages,
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
    }


def _message(event: dict[str, Any]) -> dict[str, Any]:
    metadata = event.get("metadata") or {}
    return {
        "text": event.get("text") or "",
        "buttons": (event.get("data") or {}).get("buttons") or [],
        "request": metadata.get("request"),
        "request_title": metadata.get("request_title"),
        "variety": metadata.get("variety"),
        "response": metadata.get("utter_action"),
    }


def _harden(agent: Any) -> None:
    """Once per agent: failures of actions and of the database fail the turn instead of being hidden."""
    if getattr(agent, "_turns_fail_loudly", False):
        return
    check_the_schema_once()
    tell_what_is_read()
    agent.tracker_store._on_tracker_store_error = _raise
    processor = agent.processor
    if processor.action_endpoint is not None:
        keep_connections(processor.action_endpoint)
    processor.graph_runner.run = straight(processor.graph_runner)
    think_once(processor)
    run_action = processor._run_action

    async def run_loudly(action: Action, *args: Any, **kwargs: Any) -> bool:
        return await run_action(_loud(action), *args, **kwargs)

    processor._run_action = run_loudly
    limit_reached = processor.is_action_limit_reached

    def limit_reached_loudly(*args: Any) -> bool:
        if limit_reached(*args):
            raise TurnAborted("the actions of this turn went round in a circle")
        return False

    processor.is_action_limit_reached = limit_reached_loudly
    agent._turns_fail_loudly = True
    leave_the_start_alone()


def _causes(error: BaseException | None) -> str:
    """The kinds and places of an error and what caused it: not its words, which may quote a person's."""
    named = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {frames[-1].filename.rsplit('/', 2)[-1]}:{frames[-1].lineno}" if frames else ""
        named.append(f"{type(error).__name__}{place}")
        error = error.__cause__ or error.__context__
    return " < ".join(named)


def _raise(error: Exception) -> None:
    raise error


def _loud(action: Action) -> Action:
    run = action.run

    async def run_or_abort(*args: Any, **kwargs: Any) -> Any:
        try:
            return await run(*args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as failed:
            raise TurnAborted(f"{action.name()}: {type(failed).__name__}") from failed

    action.run = run_or_abort
    return action
