"""Buttons on WhatsApp: choices as a content template of Twilio, for use inside the service window.

A template holds the choices and the shape of the text, one variable a line, because Twilio refuses a variable
that holds a line break (21656). Templates are looked up by a hash of what they hold, so that each is created
once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.choices import numbered_titles
from bot.core.messages import Button

MAX_BODY = 1024
MAX_LINES = 20
MAX_QUICK_REPLIES = 3
MAX_QUICK_REPLY_TITLE = 20
MAX_ITEMS = 10
MAX_ITEM_TITLE = 24
MAX_LIST_TITLE = 20
_FORBIDDEN_IN_VARIABLES = re.compile(r"\t| {5,}|\{\{|\}\}")
_ARABIC = re.compile("[\u0600-\u06ff]")


class ContentTemplates(Protocol):
    """Remembers which template was created for what. Called from worker threads, several at a time."""

    def get(self, key: str) -> str | None:
        """The sid (HX…) kept for ``key``, None where there is none."""

    def put(self, key: str, sid: str) -> None:
        """Keep ``sid`` for ``key``, in place of any other."""


class MemoryTemplates:
    """Remembers templates as long as the process lives."""

    def __init__(self) -> None:
        self._sids: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """The sid kept for ``key``."""
        return self._sids.get(key)

    def put(self, key: str, sid: str) -> None:
        """Keep ``sid`` for ``key``."""
        self._sids[key] = sid


@dataclass(frozen=True, kw_only=True)
class ContentPlan:
    """A template to use: ``key`` names it, ``request`` creates it, ``variables`` fill it for one message."""

    key: str
    request: Mapping[str, Any]
    variables: Mapping[str, str]


def plan(text: str, buttons: Sequence[Button], *, list_title: str | None = None) -> ContentPlan | None:
    """How ``text`` and ``buttons`` become a template; None where WhatsApp's limits do not let them.

    Up to three short choices are quick replies; up to ten are a list, which opens by a key that reads
    ``list_title``.
    """
    if not _text_fits(text) or len({button.title for button in buttons}) != len(buttons):
        return None
    body, variables = _shape(text)
    types = _quick_replies(body, buttons) or _list_picker(body, buttons, list_title)
    if types is None:
        return None
    described = {"language": _language(buttons), "types": types}
    key = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    samples = {name: name for name in variables}
    request = {"friendly_name": f"choices_{key[:16]}", "variables": samples, **described}
    return ContentPlan(key=key, request=request, variables=variables)


def _text_fits(text: str) -> bool:
    return (
        bool(text.strip())
        and len(text) <= MAX_BODY
        and text.count("\n") < MAX_LINES
        and not _FORBIDDEN_IN_VARIABLES.search(text)
    )


def _shape(text: str) -> tuple[str, dict[str, str]]:
    variables: dict[str, str] = {}
    lines: list[str] = []
    for line in text.strip().splitlines():
        value = line.strip()
        if value:
            name = str(len(variables) + 1)
            variables[name] = value
            lines.append(f"{{{{{name}}}}}")
        else:
            lines.append("")
    return "\n".join(lines), variables


def _quick_replies(body: str, buttons: Sequence[Button]) -> dict[str, Any] | None:
    titles = _titles(buttons, most=MAX_QUICK_REPLIES, longest=MAX_QUICK_REPLY_TITLE)
    if titles is None:
        return None
    actions = [
        {"type": "QUICK_REPLY", "title": title, "id": button.payload}
        for title, button in zip(titles, buttons, strict=True)
    ]
    return {"twilio/quick-reply": {"body": body, "actions": actions}}


def _list_picker(body: str, buttons: Sequence[Button], list_title: str | None) -> dict[str, Any] | None:
    titles = _titles(buttons, most=MAX_ITEMS, longest=MAX_ITEM_TITLE)
    if titles is None or not list_title or len(list_title) > MAX_LIST_TITLE:
        return None
    items = [{"item": title, "id": button.payload} for title, button in zip(titles, buttons, strict=True)]
    return {"twilio/list-picker": {"body": body, "button": list_title, "items": items}}


def _titles(buttons: Sequence[Button], *, most: int, longest: int) -> tuple[str, ...] | None:
    """Numbered titles where all of them fit, else bare ones, None where those do not fit either."""
    if not 1 <= len(buttons) <= most:
        return None
    bare = tuple(button.title for button in buttons)
    for titles in (numbered_titles(buttons), bare):
        if all(len(title) <= longest for title in titles):
            return titles
    return None


def _language(buttons: Sequence[Button]) -> str:
    """The template's language, which the content service requires; it matters for approval only."""
    return "ar" if any(_ARABIC.search(button.title) for button in buttons) else "fr"
