"""Twilio content: the templates of the Content API, and what a phone shows of them."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.journal import Journal
from bot.sandbox.messages import Button, Location, Media
from bot.sandbox.twilio_errors import TwilioError

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_KNOWN_TYPES = frozenset(
    {
        "twilio/text",
        "twilio/quick-reply",
        "twilio/list-picker",
        "twilio/media",
        "twilio/location",
        "twilio/call-to-action",
        "twilio/card",
    }
)
# WhatsApp refuses what is longer.
_MAX_REPLIES, _MAX_REPLY_TITLE = 3, 20
_MAX_ITEMS, _MAX_ITEM_TITLE, _MAX_ITEM_DESCRIPTION, _MAX_ID = 10, 24, 72, 200


@dataclass(frozen=True, kw_only=True)
class Content:
    """A content resource; ``types`` as it was created."""

    sid: str
    friendly_name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created_at: str
    approval: str = "unsubmitted"


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What a phone shows of a content or a plain message."""

    text: str
    buttons: tuple[Button, ...] = ()
    media: tuple[Media, ...] = ()
    location: Location | None = None
    allowed: bool = True


class Contents:
    """All content resources, kept in the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._contents: dict[str, Content] = {}

    def replay(self, kind: str, data: dict[str, Any]) -> None:
        """Take over one journal entry; kinds of others are ignored."""
        if kind == "content":
            self._contents[data["sid"]] = Content(**data)
        elif kind == "content_deleted":
            self._contents.pop(data["sid"], None)

    def create(self, body: Any) -> Content:
        """Create a content from the request's JSON. Raises TwilioError."""
        if not isinstance(body, dict):
            raise TwilioError(20001, "the body must be a JSON object")
        types, variables = body.get("types"), body.get("variables") or {}
        if isinstance(types, dict):
            types = {kind: shape for kind, shape in types.items() if shape is not None}
        if not isinstance(types, dict) or not types or not set(types) <= _KNOWN_TYPES:
            raise TwilioError(20001, "types")
        if not isinstance(body.get("language"), str) or not isinstance(variables, dict):
            raise TwilioError(20001, "language" if isinstance(variables, dict) else "variables")
        content = Content(
            sid="HX" + secrets.token_hex(16),
            friendly_name=str(body.get("friendly_name") or ""),
            language=body["language"],
            variables={str(name): str(value) for name, value in variables.items()},
            types=types,
            created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        try:
            render(content, None)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise TwilioError(20001, "types") from None
        return self._save(content)

    def all(self) -> list[Content]:
        """All contents, oldest first."""
        return list(self._contents.values())

    def get(self, sid: str) -> Content | None:
        """One content; None where there is none of this sid."""
        return self._contents.get(sid)

    def approve(self, content: Content) -> Content:
        """Approve a content as a WhatsApp template: the sandbox approves at once."""
        return self._save(replace(content, approval="approved"))

    def delete(self, sid: str) -> None:
        """Delete a content."""
        self._journal.append("content_deleted", {"sid": sid})
        self._contents.pop(sid, None)

    def _save(self, content: Content) -> Content:
        self._journal.append("content", asdict(content))
        self._contents[content.sid] = content
        return content


def render(content: Content, variables_json: str | None) -> Rendered:
    """The content with its variables filled in. Raises TwilioError."""
    values = content.variables | _variables(variables_json)
    types = json.loads(_fill(json.dumps(content.types, ensure_ascii=False), values))
    kind, shape = next(iter(types.items()))
    text = str(shape.get("body") or shape.get("title") or "")
    if kind == "twilio/quick-reply":
        buttons = tuple(_button(action, "quick_reply", "title") for action in shape.get("actions", ()))
        return Rendered(text=text, buttons=buttons, allowed=_replies_fit(buttons))
    if kind == "twilio/list-picker":
        buttons = tuple(_button(item, "list_item", "item") for item in shape.get("items", ()))
        return Rendered(text=text, buttons=buttons, allowed=_items_fit(buttons))
    if kind == "twilio/location":
        label = str(shape.get("label") or "")
        place = Location(latitude=float(shape["latitude"]), longitude=float(shape["longitude"]), label=label)
        return Rendered(text="", location=place)
    media = tuple(Media(file_id="", content_type="", url=str(url)) for url in shape.get("media") or ())
    return Rendered(text=text, media=media)


def _variables(variables_json: str | None) -> dict[str, str]:
    if not variables_json:
        return {}
    try:
        values = json.loads(variables_json)
    except ValueError:
        raise TwilioError(21656) from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise TwilioError(21656)
    return values


def _fill(template: str, values: dict[str, str]) -> str:
    """Fill the variables of a JSON text; an unknown one stays as it is written."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        return json.dumps(values[name], ensure_ascii=False)[1:-1] if name in values else found.group(0)

    return _VARIABLE.sub(value, template)


def _button(action: Any, kind: Any, title_key: str) -> Button:
    title = str(action.get(title_key) or "")
    description = str(action.get("description") or "")
    return Button(title=title, payload=str(action.get("id") or title), kind=kind, description=description)


def _replies_fit(buttons: tuple[Button, ...]) -> bool:
    return 1 <= len(buttons) <= _MAX_REPLIES and all(
        1 <= len(button.title) <= _MAX_REPLY_TITLE and len(button.payload) <= _MAX_ID for button in buttons
    )


def _items_fit(buttons: tuple[Button, ...]) -> bool:
    return 1 <= len(buttons) <= _MAX_ITEMS and all(
        1 <= len(button.title) <= _MAX_ITEM_TITLE
        and len(button.description) <= _MAX_ITEM_DESCRIPTION
        and len(button.payload) <= _MAX_ID
        for button in buttons
    )
