"""What actions run in: one transaction and one clock reading per action, in a thread beside rasa-sdk's event loop."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.turn import Turn
from bot.config import SettingsError, load_settings
from bot.core.errors import NotFound
from bot.core.messages import Channel
from bot.core.signed import signed
from bot.core.texts import Option
from bot.gazetteer import Gazetteer
from bot.services import arrivals, calendar_files, labelling, stops
from bot.services.labelling import Reason
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.models import InboundMessage

Events = list[dict[str, Any]]
REQUESTED = "requested_slot"
"""Rasa's own slot: what the active form asked for."""


class Scene:
    """One action's run: the session, the turn it belongs to, the tracker's slots, and what is said."""

    def __init__(self, session: Session, tracker: Tracker, dispatcher: CollectingDispatcher) -> None:
        self.session = session
        self.turn = Turn.of(tracker)
        self.tracker = tracker
        self._dispatcher = dispatcher

    def say(self, response: str, *, options: tuple[Option, ...] = (), **values: Any) -> None:
        """Say a text by its key, with values (JSON) and the choices of this moment."""
        choices = [{"key": o.key, "payload": o.payload, "values": dict(o.values)} for o in options]
        self._dispatcher.utter_message(response=response, values=values, options=choices)

    def typed(self) -> str:
        """What the person wrote, as it came; the tracker holds a payload where it stood for one."""
        return self.session.get_one(InboundMessage, self.turn.id).text

    def channel(self) -> Channel:
        """The channel that the message came by."""
        return Channel(self.session.get_one(InboundMessage, self.turn.id).channel)

    def slot(self, name: str) -> Any:
        """A Rasa slot's value."""
        return self.tracker.get_slot(name)

    def in_form(self) -> bool:
        """Whether a form is open."""
        return bool((self.tracker.active_loop or {}).get("name"))

    def opened_form(self) -> bool:
        """Whether the latest message opened the form."""
        for event in reversed(self.tracker.events):
            if event["event"] in ("user", "active_loop"):
                return bool(event["event"] == "active_loop" and event["name"])
        return False

    def was_requested(self) -> str | None:
        """What the form was asking for when the latest message came."""
        before = False
        for event in reversed(self.tracker.events):
            if event["event"] == "user":
                before = True
            elif before and event["event"] == "slot" and event["name"] == REQUESTED:
                return str(event["value"]) if event["value"] else None
        return None

    def since_form_began(self) -> list[dict[str, Any]]:
        """The events since the message that opened the form, that message first."""
        events = list(self.tracker.events)
        opened = False
        for index in range(len(events) - 1, -1, -1):
            opened = opened or (events[index]["event"] == "active_loop" and bool(events[index]["name"]))
            if opened and events[index]["event"] == "user":
                return events[index:]
        return events

    def given_up(self, slot: str) -> set[Any]:
        """The values that a slot of the open form had and lost again: what the person chose and then did not want."""
        had = {
            event["value"]
            for event in self.since_form_began()
            if event["event"] == "slot" and event["name"] == slot and event["value"] is not None
        }
        return had - {self.slot(slot)}

    def pending(self) -> dict[str, Any]:
        """What the assistant asked outside a form in the message before this one; empty where it asked nothing."""
        asked = self.slot("pending") or {}
        return asked if asked.get("turn") == arrivals.previous_turn(self.session, self.turn.id) else {}

    def in_a_row(self, kind: str) -> int:
        """The how manieth message of this kind in a row the latest one is, if it is one of them; see :meth:`count`."""
        before = self.slot("in_a_row") or {}
        goes_on = before.get("kind") == kind and before.get("turn") == arrivals.previous_turn(
            self.session, self.turn.id
        )
        return int(before["times"]) + 1 if goes_on else 1

    def count(self, kind: str, *, times: int | None = None) -> dict[str, Any]:
        """The event that remembers that the latest message was one of this kind; ``times`` where it counts for more."""
        counted = self.in_a_row(kind) if times is None else times
        return dict(SlotSet("in_a_row", {"turn": self.turn.id, "kind": kind, "times": counted}))

    def note_meaning(self) -> None:
        """Where the person chose what an earlier message of theirs meant, keep it to learn from."""
        if self.turn.meant is not None and self.turn.text:
            labelling.queue(
                self.session,
                message_id=self.turn.meant,
                reason=Reason.CORRECTED,
                now=self.turn.now,
                guess=self.turn.intent,
            )

    def muted(self) -> Scene:
        """The same scene, in which nothing that is said is heard: to find out what a message would give."""
        return Scene(self.session, self.tracker, CollectingDispatcher())

    def ask(self, **question: Any) -> dict[str, Any]:
        """The event that remembers a question until the next message."""
        return dict(SlotSet("pending", {"turn": self.turn.id, **question}))


def cleared(*names: str) -> Events:
    """Events that empty slots."""
    return [SlotSet(name, None) for name in names]


class SceneAction(Action, ABC):  # type: ignore[misc]  # rasa-sdk is untyped
    """An action whose :meth:`play` does the work synchronously, in one transaction."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in the domain."""

    @abstractmethod
    def play(self, scene: Scene) -> Events:
        """Do it and return Rasa events."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        """rasa-sdk's entry. An exception rolls everything back and fails the turn, which is then run again."""

        def in_transaction() -> Events:
            with transaction(sessions()) as session:
                scene = Scene(session, tracker, dispatcher)
                scene.note_meaning()
                return self.play(scene)

        return await asyncio.to_thread(in_transaction)


def database_url() -> str:
    """Where the product's database is. Raises SettingsError where the start command has not said it."""
    url = load_settings().database_url
    if url is None:
        raise SettingsError("DATABASE_URL is not set: start the product with the run command.")
    return url


def calendar_link(booking_id: int) -> str:
    """The link to a booking's file for the calendar, which nobody can guess."""
    settings = load_settings()
    token = signed(settings.session_secret, calendar_files.PURPOSE, booking_id)
    return f"{settings.base_url}/calendar/{token}.ics"


@cache
def sessions() -> Sessions:
    """The process's session factory."""
    return make_sessions(make_engine(database_url()))


@cache
def gazetteer() -> Gazetteer:
    """The communes of the current caravan's province, read once."""
    with sessions()() as session:
        caravan = stops.current_caravan(session)
    if caravan is None:
        raise NotFound("no caravan is loaded")
    return Gazetteer.load(caravan.province_code)
