"""What the action server is told with each action: what actions read of a conversation, and not all that there is.

Rasa sends its whole domain and every event with everything that was ever understood of it, which grows with each message.
"""

from __future__ import annotations

from typing import Any

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

READ = (UserUttered, ActiveLoop, SlotSet)
"""The events that actions look at; their tests give them no others."""
UNDERSTOOD = ("text", "entities")
"""What they read of an earlier message: the latest one is there as a whole."""


def tell_what_is_read() -> None:
    """From now on the actions of this process are called so."""
    RemoteAction._action_call_format = _call


def _call(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [_told(event) for event in tracker.events if isinstance(event, READ)]
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "domain": {},  # without any, rasa-sdk asks for it
        "version": rasa.__version__,
    }


def _told(event: Event) -> dict[str, Any]:
    if not isinstance(event, UserUttered):
        told: dict[str, Any] = event.as_dict()
        return told
    understood = {name: event.parse_data[name] for name in UNDERSTOOD if name in event.parse_data}
    return {"event": event.type_name, "metadata": event.metadata, "parse_data": understood}
