"""An assistant that says what it is told to, in place of Rasa's turn channel."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue import Answer


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    url: str
    headers: Mapping[str, str]
    content: bytes


def says(*texts: str, variety: str = "fr", intent: str = "greet") -> Answer:
    """What the turn channel says when all is well."""
    said: list[dict[str, Any]] = [
        {"text": text, "buttons": [], "request": None, "request_title": None} for text in texts
    ]
    return answers({"messages": said, "variety": variety, "intent": intent, "confidence": 0.9})


def answers(body: object) -> Answer:
    """Any body as JSON."""
    return Answer(status=200, content=json.dumps(body).encode())


def fails(status: int) -> Answer:
    """An answer without a body."""
    return Answer(status=status, content=b"")


@dataclass
class FakeAssistant:
    """The turn channel: answers with what ``answer`` makes of a request, which are kept in ``asked``."""

    answer: Callable[[Asked], Answer | Awaitable[Answer]] = lambda asked: says("D'accord")
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, url: str, *, headers: Mapping[str, str], content: bytes) -> Answer:
        asked = Asked(url=url, headers=headers, content=content)
        self.asked.append(asked)
        found = self.answer(asked)
        return await found if inspect.isawaitable(found) else found

    async def close(self) -> None:
        """Nothing is open."""
