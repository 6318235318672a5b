"""What an action is told of a conversation: what it reads, all of that, and no more."""

from __future__ import annotations

from typing import Any

import pytest
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components import action_calls

LISTEN = "action_listen"


def heard(text: str, turn: str) -> UserUttered:
    intent = {"name": "inform", "confidence": 0.9}
    parsed = {
        "text": text,
        "intent": intent,
        "entities": [{"entity": "commune", "value": "x"}],
        "intent_ranking": [intent],
        "intents": [intent],
        "metadata": {"turn_id": turn},
        "variety": "fr",
    }
    return UserUttered(text, intent, parsed["entities"], parsed, metadata={"turn_id": turn})


@pytest.fixture
def call(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is sent for an action in the midst of a form."""
    monkeypatch.setattr(RemoteAction, "_action_call_format", RemoteAction._action_call_format)
    action_calls.tell_what_is_read()
    tracker = DialogueStateTracker("7", domain.slots)
    for event in (
        ActionExecuted(LISTEN),
        heard("bghit nhjez", "1"),
        ActionExecuted("booking_form"),
        ActiveLoop("booking_form"),
        SlotSet("requested_slot", "booking_place"),
        BotUttered("fin?"),
        ActionExecuted(LISTEN),
        heard("Tiflet", "2"),
    ):
        tracker.update(event)
    return RemoteAction("validate_booking_form", None)._action_call_format(tracker, domain)


def test_the_action_the_slots_the_form_and_the_whole_latest_message_are_told(call: Any) -> None:
    state = call["tracker"]
    assert (call["next_action"], call["sender_id"], state["sender_id"]) == ("validate_booking_form", "7", "7")
    assert state["active_loop"]["name"] == "booking_form"
    assert state["slots"]["requested_slot"] == "booking_place"
    assert {"booking_place", "pending"} <= state["slots"].keys()
    latest = state["latest_message"]
    assert (latest["text"], latest["variety"], latest["metadata"]) == ("Tiflet", "fr", {"turn_id": "2"})
    assert latest["intents"] == latest["intent_ranking"] == [{"name": "inform", "confidence": 0.9}]


def test_of_what_was_before_messages_forms_and_slots_are_told(call: Any) -> None:
    events = call["tracker"]["events"]
    assert [event["event"] for event in events] == ["user", "active_loop", "slot", "user"]
    first, loop, slot, _ = events
    assert first["metadata"] == {"turn_id": "1"}
    assert first["parse_data"] == {"text": "bghit nhjez", "entities": [{"entity": "commune", "value": "x"}]}
    assert loop["name"] == "booking_form"
    assert (slot["name"], slot["value"]) == ("requested_slot", "booking_place")


def test_the_domain_is_told_to_nobody_and_none_is_missed(call: Any) -> None:
    assert call.keys() == {"next_action", "sender_id", "tracker", "domain", "version"}
    assert call["domain"] == {}
    assert call["version"] == rasa.__version__
