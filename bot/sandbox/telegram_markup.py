"""Telegram's keyboards: what ``reply_markup`` puts under a message or under the input field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.messages import Button, Key
from bot.sandbox.telegram_request import TelegramError

_MAX_DATA_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class Markup:
    """Inline buttons, or a reply keyboard: None leaves the last one, an empty one removes it."""

    buttons: tuple[Button, ...] = ()
    keyboard: tuple[Key, ...] | None = None


def read_markup(value: Any) -> Markup:
    """The markup of a request. Raises TelegramError."""
    if value is None:
        return Markup()
    if not isinstance(value, dict):
        raise TelegramError(400, "Bad Request: object expected as reply markup")
    if "inline_keyboard" in value:
        return Markup(buttons=tuple(_button(item) for item in _flat(value["inline_keyboard"])))
    if "keyboard" in value:
        once = bool(value.get("one_time_keyboard"))
        return Markup(keyboard=tuple(_key(item, once) for item in _flat(value["keyboard"])))
    return Markup(keyboard=() if value.get("remove_keyboard") else None)


def _flat(rows: Any) -> list[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise TelegramError(400, "Bad Request: field of the keyboard must be an Array of Arrays")
    return [item for row in rows for item in row]


def _button(item: Any) -> Button:
    if not isinstance(item, dict) or not item.get("text"):
        raise TelegramError(400, "Bad Request: can't parse inline keyboard button: text is empty")
    data = item.get("callback_data")
    if data is None:
        raise TelegramError(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= _MAX_DATA_BYTES:
        raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
    return Button(title=str(item["text"]), payload=data, kind="inline")


def _key(item: Any, once: bool) -> Key:
    if isinstance(item, str):
        return Key(title=item, once=once)
    if not isinstance(item, dict) or not item.get("text"):
        raise TelegramError(400, "Bad Request: can't parse keyboard button: text is empty")
    if item.get("request_contact"):
        return Key(title=str(item["text"]), request="contact", once=once)
    return Key(
        title=str(item["text"]), request="location" if item.get("request_location") else None, once=once
    )
