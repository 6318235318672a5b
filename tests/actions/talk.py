"""One person's conversation with the actions: what Rasa keeps of a conversation is kept here, and every answer is put into words."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import ActionExecutor

from actions.runtime import REQUESTED, gazetteer
from bot.core.entities import extract
from bot.core.locales import Variety
from bot.core.messages import Button
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import Option, default_texts
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, InboundMessage

DOMAIN = Path(__file__).parents[2] / "domain.yml"
LAST_ACTIONS = {"booking_form": "action_book_appointment", "idea_form": "action_submit_idea"}
_numbers = itertools.count(1)


@cache
def slot_names() -> tuple[str, ...]:
    """The domain's slots and Rasa's own."""
    domain = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))
    return (*domain["slots"], REQUESTED)


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A location that was sent; ``commune`` is None outside the province."""

    latitude: float
    longitude: float
    commune: str | None


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer: the text's key, its values and those of its choices, its French words and buttons."""

    key: str
    values: dict[str, Any]
    options: tuple[dict[str, Any], ...]
    text: str
    buttons: tuple[Button, ...]


@dataclass(kw_only=True)
class Talk:
    """Drives actions by name, as Rasa does. ``now`` may be moved; ``refused`` says that the open form left the message to a rule."""

    sessions: Sessions
    conversation: Conversation
    now: datetime
    slots: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(slot_names()))
    loop: str | None = None
    refused: bool = False
    listens: bool = False
    said: list[Said] = field(default_factory=list)
    message: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def hear(
        self,
        text: str,
        intent: str = "inform",
        *,
        also: Sequence[str] = (),
        ranking: Sequence[tuple[str, float]] = (),
        confidence: float = 0.95,
        pin: Pin | None = None,
        phone_known: bool = True,
    ) -> Talk:
        """The person writes ``text``, which is understood as ``intent``; a payload says itself what it is."""
        now = self.now.astimezone(CASABLANCA)
        entities = [
            {**asdict(found), "entity": found.kind, "alternatives": list(found.alternatives)}
            for found in extract(text, now, gazetteer())
        ]
        if text.startswith("/"):
            intent, _, values = text[1:].partition("{")
            given = json.loads(f"{{{values}") if values else {}
            entities = [{"entity": name, "value": value} for name, value in given.items()]
        metadata = {
            "turn_id": str(self._inbound(text)),
            "conversation_id": str(self.conversation.id),
            "contact_id": self.conversation.contact_id,
            "now": now.isoformat(),
            "phone_known": phone_known,
            "location": asdict(pin) if pin else None,
        }
        self.message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": share} for name, share in ranking],
            "intents": [{"name": name} for name in (intent, *also)],
            "entities": entities,
            "metadata": metadata,
        }
        self.said, self.listens = [], False
        self.events.append({"event": "user", "metadata": metadata, "parse_data": self.message})
        return self

    def act(self, action: str) -> list[str]:
        """Run one action and what it asks to follow; the keys of all that was said since the message was heard."""
        result = asyncio.run(
            _executor().run({"next_action": action, "tracker": self.tracker(), "domain": {}})
        )
        assert result is not None
        self.said += [_worded(response) for response in result.responses]
        self.refused = action.startswith("validate_") and not result.events
        for event in result.events:
            self._apply(event)
        return self.keys()

    def form(self, name: str) -> list[str]:
        """Rasa's form: take the message, ask for what is still needed; at the end the form's last action."""
        if self.loop != name:
            self._set_loop(name)
        self.act(f"validate_{name}")
        asked = self.slots[REQUESTED]
        if self.refused:
            return self.keys()
        if asked is not None:
            return self.act(f"action_ask_{name}_{asked}")
        self._set_loop(None)
        return self.act(LAST_ACTIONS[name])

    def answer(self, text: str, intent: str = "inform", **heard: Any) -> list[str]:
        """The person answers what the open form asked."""
        assert self.loop is not None
        return self.hear(text, intent, **heard).form(self.loop)

    def press(self, title: str) -> list[str]:
        """The person takes the choice with these words, in the open form."""
        return self.answer(self.payload(title))

    def payload(self, title: str) -> str:
        """What the choice with these words would send, of those offered last."""
        found = [button.payload for button in self.offered() if title in button.title]
        assert len(found) == 1, f"{title!r} is not one of {[button.title for button in self.offered()]}"
        return found[0]

    def offered(self) -> tuple[Button, ...]:
        """The choices offered last since the latest message."""
        return next((said.buttons for said in reversed(self.said) if said.buttons), ())

    def titles(self) -> list[str]:
        """The words of the choices offered last."""
        return [button.title for button in self.offered()]

    def keys(self) -> list[str]:
        """The keys of what was said since the latest message."""
        return [said.key for said in self.said]

    def words(self) -> str:
        """All that was said since the latest message, in French."""
        return "\n".join(said.text for said in self.said)

    def expire(self) -> None:
        """The session ends: no form is open any more, though every slot is kept, as the domain says."""
        self.events = []
        self.loop = None

    def answered(self) -> None:
        """The turn is completed."""
        with transaction(self.sessions) as session:
            inbound = session.get_one(InboundMessage, int(self.message["metadata"]["turn_id"]))
            inbound.outcome = "answered"

    def _set_loop(self, name: str | None) -> None:
        self.loop = name
        self.events.append({"event": "active_loop", "name": name})

    def _inbound(self, text: str) -> int:
        with transaction(self.sessions) as session:
            made = InboundMessage(
                conversation_id=self.conversation.id,
                channel="whatsapp",
                provider_id=f"SM{next(_numbers)}",
                kind="text",
                text=text,
                raw={},
                media=[],
                received_at=self.now,
            )
            session.add(made)
        return made.id

    def tracker(self) -> dict[str, Any]:
        """What Rasa tells the actions."""
        return {
            "sender_id": str(self.conversation.id),
            "slots": dict(self.slots),
            "latest_message": self.message,
            "events": self.events,
            "active_loop": {"name": self.loop} if self.loop else {},
        }

    def _apply(self, event: dict[str, Any]) -> None:
        if event["event"] == "slot":
            assert event["name"] in self.slots, f"{event['name']} is no slot of the domain"
            self.slots[event["name"]] = event["value"]
            self.events.append(event)
        elif event["event"] == "active_loop":
            self._set_loop(event["name"])
        elif event["event"] == "followup" and event["name"] in LAST_ACTIONS:
            self.form(event["name"])
        else:
            assert (event["event"], event["name"]) == ("followup", "action_listen"), event
            self.listens = True


@cache
def _executor() -> ActionExecutor:
    made = ActionExecutor()
    made.register_package("actions")
    return made


def _worded(response: dict[str, Any]) -> Said:
    """Put into words in every variety: a value that a text needs and does not get fails here."""
    options = [Option(**option) for option in response["options"]]
    values = response["values"]
    rendered = {
        variety: default_texts().render(response["response"], variety, values, options) for variety in Variety
    }
    assert all(len(button.payload.encode()) <= 64 for button in rendered[Variety.FRENCH].buttons)
    french = rendered[Variety.FRENCH]
    return Said(
        key=response["response"],
        values=values,
        options=tuple(dict(option.values) for option in options),
        text=french.text,
        buttons=french.buttons,
    )
