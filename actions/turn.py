"""The message that an action answers, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from bot.core.messages import Location
from bot.core.own_names import surely_introduced

NUMBERED = frozenset(
    {
        "stop",
        "time",
        "move",
        "rename",
        "cancel",
        "cancel_yes",
        "change_keep",
        "change_other",
        "change_give_up",
        "change_no",
        "wait",
        "wait_again",
        "offer_yes",
        "offer_no",
        "leave_list",
        "pin",
        "ics",
        "useful_yes",
        "useful_some",
        "useful_no",
    }
)
"""Kinds of choices whose value is an id; anything else behind them was not made by us."""
PLACES = frozenset({"commune", "outside_place"})
MEANT = "meant"
"""The kind of the choices of a question back: ``meant:17`` says what message 17 meant."""
OTHER = "other"
"""None of the meanings that were offered."""
_NOT_THIS = re.compile(r"(?:\bmachi|\bmashi|\bmchi|\bpas|ماشي|ليس|ليست)\W+(?:\w{1,4}\W+)?$", re.IGNORECASE)
"""What stands in front of a value that is refused: "la machi Tiflet, Rommani"."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of a person with what was understood.

    ``id`` is the inbound message's id: every write carries it. ``now`` is aware, in Africa/Casablanca. ``intents`` are all questions that
    were found, ``intent`` first where nothing else says otherwise. ``ranking`` is what the model itself thinks, likeliest first.
    ``located_commune`` is the HCP code of the commune that holds the pin. ``meant`` is the id of an earlier message where this one
    only chooses what that one meant: text and entities are then that message's.
    """

    id: int
    contact_id: int
    conversation_id: int
    now: datetime
    text: str
    intent: str
    intents: tuple[str, ...]
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[dict[str, Any], ...]
    phone_known: bool
    location: Location | None
    located_commune: str | None
    meant: int | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the latest message of ``tracker``; KeyError where it did not come through the turn channel."""
        message = tracker.latest_message
        metadata = message["metadata"]
        intent = message.get("intent") or {}
        point = metadata.get("location")
        name = intent.get("name") or "out_of_scope"
        meant = _meant(message)
        said = _message_of(tracker, meant) if meant is not None else message
        return cls(
            id=int(metadata["turn_id"]),
            contact_id=int(metadata["contact_id"]),
            conversation_id=int(metadata["conversation_id"]),
            now=datetime.fromisoformat(metadata["now"]),
            text=said.get("text") or "",
            intent=name,
            intents=_all_intents(name, message.get("intents")),
            confidence=float(intent.get("confidence") or 0.0),
            ranking=_ranking(message.get("intent_ranking")),
            entities=_beside_a_name(said.get("text") or "", said.get("entities") or ()),
            phone_known=bool(metadata.get("phone_known")),
            location=Location(latitude=point["latitude"], longitude=point["longitude"]) if point else None,
            located_commune=point.get("commune") if point else None,
            meant=meant,
        )

    def values(self, entity: str) -> list[Any]:
        """All values of one entity, in the order of the message, without those that are refused ("not Tiflet, Rommani")."""
        return [found["value"] for found in self._found(entity)]

    def first(self, entity: str) -> Any:
        """The first value of an entity, or None."""
        found = self.values(entity)
        return found[0] if found else None

    def alternatives(self, entity: str) -> list[Any]:
        """What else the first value of an entity might be."""
        found = self._found(entity)
        return list(found[0].get("alternatives") or ()) if found else []

    def uncertain(self, entity: str) -> bool:
        """Whether the first value of an entity has to be asked about before it is used."""
        found = self._found(entity)
        return bool(found and (found[0].get("uncertain") or found[0].get("alternatives")))

    def _found(self, entity: str) -> list[dict[str, Any]]:
        found = [item for item in self.entities if item["entity"] == entity]
        kept = [item for item in found if not _NOT_THIS.search(self.text[: item.get("start") or 0])]
        return kept if kept else found

    def choice(self, kind: str) -> str | None:
        """The value of a choice of this kind that was offered and taken: ``stop:17`` gives "17" for "stop"."""
        for value in self.values("choice"):
            name, _, rest = str(value).partition(":")
            if name == kind and (rest.isdecimal() or kind not in NUMBERED):
                return rest
        return None


def _beside_a_name(text: str, entities: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The entities but for a place that is part of a name: "smiti Youssef Rommani"."""
    name = surely_introduced(text)
    start = text.casefold().find(name.casefold()) if name else -1
    if name is None or start < 0:
        return tuple(entities)
    end = start + len(name)
    return tuple(
        item
        for item in entities
        if item["entity"] not in PLACES
        or (item.get("end") or 0) <= start
        or (item.get("start") or 0) >= end
        or ((item.get("start") or 0) <= start and (item.get("end") or 0) >= end)
    )


def _meant(message: Mapping[str, Any]) -> int | None:
    """The id of the message whose meaning the latest one chooses, if it does."""
    for found in message.get("entities") or ():
        kind, _, value = str(found.get("value")).partition(":")
        if found.get("entity") == "choice" and kind == MEANT and value.isdecimal():
            return int(value)
    return None


def _message_of(tracker: Tracker, turn_id: int) -> Mapping[str, Any]:
    """What was understood of an earlier message of this session; empty where there is none."""
    for event in reversed(tracker.events):
        if event["event"] == "user" and str((event.get("metadata") or {}).get("turn_id")) == str(turn_id):
            parsed: Mapping[str, Any] = event.get("parse_data") or {}
            return parsed
    return {}


def _ranking(found: Any) -> tuple[tuple[str, float], ...]:
    return tuple((str(item["name"]), float(item["confidence"])) for item in found or ())


def _all_intents(first: str, found: Any) -> tuple[str, ...]:
    names = [item["name"] if isinstance(item, dict) else str(item) for item in found or ()]
    return tuple(dict.fromkeys([name for name in names if name] or [first]))
