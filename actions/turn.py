"""The message that an action answers, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from bot.core.messages import Location

NUMBERED = frozenset({"stop", "time", "move", "cancel", "cancel_yes"})
"""Kinds of choices whose value is an id; anything else behind them was not made by us."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of a person with what was understood.

    ``id`` is the inbound message's id: every write carries it. ``now`` is aware, in Africa/Casablanca. ``intents`` are all questions that
    were found, ``intent`` first where nothing else says otherwise. ``located_commune`` is the HCP code of the commune that holds the pin.
    """

    id: int
    contact_id: int
    conversation_id: int
    now: datetime
    text: str
    intent: str
    intents: tuple[str, ...]
    confidence: float
    entities: tuple[dict[str, Any], ...]
    phone_known: bool
    location: Location | None
    located_commune: str | None

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the latest message of ``tracker``; KeyError where it did not come through the turn channel."""
        message = tracker.latest_message
        metadata = message["metadata"]
        intent = message.get("intent") or {}
        point = metadata.get("location")
        name = intent.get("name") or "out_of_scope"
        return cls(
            id=int(metadata["turn_id"]),
            contact_id=int(metadata["contact_id"]),
            conversation_id=int(metadata["conversation_id"]),
            now=datetime.fromisoformat(metadata["now"]),
            text=message.get("text") or "",
            intent=name,
            intents=_all_intents(name, message.get("intents")),
            confidence=float(intent.get("confidence") or 0.0),
            entities=tuple(message.get("entities") or ()),
            phone_known=bool(metadata.get("phone_known")),
            location=Location(latitude=point["latitude"], longitude=point["longitude"]) if point else None,
            located_commune=point.get("commune") if point else None,
        )

    def values(self, entity: str) -> list[Any]:
        """All values of one entity, in the order of the message."""
        return [found["value"] for found in self.entities if found["entity"] == entity]

    def first(self, entity: str) -> Any:
        """The first value of an entity, or None."""
        found = self.values(entity)
        return found[0] if found else None

    def alternatives(self, entity: str) -> list[Any]:
        """What else the first value of an entity might be."""
        found = [item for item in self.entities if item["entity"] == entity]
        return list(found[0].get("alternatives") or ()) if found else []

    def uncertain(self, entity: str) -> bool:
        """Whether the first value of an entity has to be asked about before it is used."""
        found = [item for item in self.entities if item["entity"] == entity]
        return bool(found and (found[0].get("uncertain") or found[0].get("alternatives")))

    def choice(self, kind: str) -> str | None:
        """The value of a choice of this kind that was offered and taken: ``stop:17`` gives "17" for "stop"."""
        for value in self.values("choice"):
            name, _, rest = str(value).partition(":")
            if name == kind and (rest.isdecimal() or kind not in NUMBERED):
                return rest
        return None


def _all_intents(first: str, found: Any) -> tuple[str, ...]:
    names = [item["name"] if isinstance(item, dict) else str(item) for item in found or ()]
    return tuple(dict.fromkeys([name for name in names if name] or [first]))
