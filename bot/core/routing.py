"""Who answers a message: decided from the conversation's own state, before the assistant sees it."""

from __future__ import annotations

from enum import Enum


class Talker(str, Enum):
    """Who holds the conversation. While it is not the assistant, the assistant is silent."""

    ASSISTANT = "assistant"
    WAITING = "waiting"
    COACH = "coach"


class Route(str, Enum):
    """What becomes of an inbound message."""

    ASSISTANT = "assistant"
    COACH = "coach"


def route(talker: Talker) -> Route:
    """A message of a conversation that a person of the staff holds, or that waits for one, goes to the staff."""
    return Route.ASSISTANT if talker is Talker.ASSISTANT else Route.COACH
