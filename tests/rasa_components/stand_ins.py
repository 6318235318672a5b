"""Rasa without a model: its own loop of actions, trackers and locks, around an action that the test writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from rasa.core.actions.action import Action, ActionListen
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

Play = Callable[[UserMessage], Awaitable[list[Event]]]
Turn = dict[str, Any]


def bot_said(text: str, *payloads: str, **metadata: Any) -> BotUttered:
    """An answer with its choices."""
    buttons = [{"title": payload, "payload": payload} for payload in payloads]
    return BotUttered(text, {"buttons": buttons}, metadata={"utter_action": "utter_x", **metadata})


class Played(Action):
    """The action that the test writes."""

    def __init__(self, play: Play, message: UserMessage) -> None:
        self._play, self._message = play, message

    def name(self) -> str:
        return "action_played"

    async def run(self, *arguments: Any, **options: Any) -> list[Event]:
        return await self._play(self._message)


class BrokenStore(InMemoryTrackerStore):
    """A database that is down."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        raise ConnectionError("the database is down")


class Processor(MessageProcessor):
    """Plays the action so many ``rounds``, then listens. ``played`` are the messages whose action was run."""

    def __init__(self, play: Play, *, rounds: int = 1, broken: bool = False) -> None:
        self.domain = Domain.empty()
        self.table = (BrokenStore if broken else InMemoryTrackerStore)(self.domain)
        self.tracker_store = FailSafeTrackerStore(self.table)
        self.max_number_of_predictions = 5
        self.action_endpoint = None
        self.graph_runner = SimpleNamespace(_graph_schema=None, _instantiated_nodes={})
        self.on_circuit_break = None
        self.nlg = None
        self.played: list[UserMessage] = []
        self._play, self._rounds = play, rounds

    async def handle_message(self, message: UserMessage) -> None:
        known = await self.tracker_store.retrieve(message.sender_id)
        tracker = known or DialogueStateTracker(message.sender_id, [])
        intent = {"name": "inform", "confidence": 0.5}
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        tracker.update(
            UserUttered(
                message.text,
                intent,
                parse_data={"intent": intent},
                message_id=message.message_id,
                metadata=message.metadata,
            )
        )
        self._message = message
        await self._run_prediction_loop(message.output_channel, tracker)
        await self.save_tracker(tracker)

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        goes_on = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, goes_on):
            raise ActionLimitReached("as Rasa does")
        if self._done(tracker) >= self._rounds:
            return ActionListen(), PolicyPrediction([1.0], "stand-in")
        self.played.append(self._message)
        return Played(self._play, self._message), PolicyPrediction([1.0], "stand-in")

    def _done(self, tracker: DialogueStateTracker) -> int:
        done = 0
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            done += isinstance(event, ActionExecuted)
        return done


class SavedTurns:
    """What the tracker table tells of turns, out of memory."""

    def __init__(self, agent: Any) -> None:
        self._table = agent.processor.table

    def begin(self, sender: str, turn_id: str) -> tuple[Turn | None, list[dict[str, Any]]]:
        return self.finished(sender, turn_id), self._offered(sender)

    def end(self, sender: str) -> None:
        """Nothing is kept between turns."""

    def finished(self, sender: str, turn_id: str) -> Turn | None:
        found = [turn for turn in self._turns(sender) if turn["user"]["message_id"] == turn_id]
        return found[0] if found else None

    def _offered(self, sender: str) -> list[dict[str, Any]]:
        turns = self._turns(sender)
        shown = [event["data"]["buttons"] for event in turns[-1]["bot"]] if turns else []
        return next((buttons for buttons in reversed(shown) if buttons), [])

    def _turns(self, sender: str) -> list[Turn]:
        saved = self._table.store.get(sender)
        if saved is None:
            return []
        turns: list[Turn] = []
        for event in self._table.deserialise_tracker(sender, saved).events:
            if isinstance(event, UserUttered):
                turns.append({"user": event.as_dict(), "bot": []})
            elif isinstance(event, BotUttered):
                turns[-1]["bot"].append(event.as_dict())
        return turns


def stand_in_agent(processor: Processor) -> Any:
    """An agent that has loaded its model."""
    return SimpleNamespace(
        processor=processor,
        tracker_store=processor.tracker_store,
        lock_store=InMemoryLockStore(),
        is_ready=lambda: True,
    )
