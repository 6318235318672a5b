"""Telegram's updates, and messages as the Bot API writes them."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.messages import Message
from bot.sandbox.phones import telegram_user_id
from bot.sandbox.settings import Settings

_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}(@\w+)?(?=\s|$)")


def update(message: Message, original: Message | None, settings: Settings) -> dict[str, Any]:
    """The update for what a person sent; ``original`` is the message whose inline button was pressed."""
    update_id = int(message.provider_id)
    if message.pressed is not None and original is not None:
        query = {
            "id": callback_query_id(message),
            "from": user(message),
            "message": bot_message(original, settings, name=message.name),
            "chat_instance": str(-telegram_user_id(message.phone)),
            "data": message.pressed.payload,
        }
        return {"update_id": update_id, "callback_query": query}
    return {"update_id": update_id, "message": _head(message, user(message)) | _content(message)}


def callback_query_id(message: Message) -> str:
    """The id under which a pressed button is answered."""
    return str(4_000_000_000_000_000 + int(message.provider_id))


def user(message: Message) -> dict[str, Any]:
    """The person who sent a message."""
    return {"id": telegram_user_id(message.phone), "is_bot": False, "first_name": message.name}


def bot_user(settings: Settings) -> dict[str, Any]:
    """The bot itself; the number before the colon of its token is its id."""
    number = settings.telegram_bot_token.partition(":")[0]
    bot_id = int(number) if number.isdecimal() else 1
    return {"id": bot_id, "is_bot": True, "first_name": "Sandbox", "username": "sandbox_bot"}


def bot_message(message: Message, settings: Settings, *, name: str) -> dict[str, Any]:
    """A message that the bot sent; ``name`` is the person's."""
    written = _head(message, bot_user(settings)) | _content(message)
    written["chat"]["first_name"] = name
    if message.buttons:
        rows = [[{"text": button.title, "callback_data": button.payload}] for button in message.buttons]
        written["reply_markup"] = {"inline_keyboard": rows}
    return written


def _head(message: Message, sender: dict[str, Any]) -> dict[str, Any]:
    chat = {"id": telegram_user_id(message.phone), "type": "private", "first_name": message.name}
    return {
        "message_id": message_id(message),
        "from": sender,
        "chat": chat,
        "date": int(message.at.timestamp()),
    }


def message_id(message: Message) -> int:
    """The message's id in its chat."""
    return message.id


def _content(message: Message) -> dict[str, Any]:
    if message.location is not None:
        return {"location": {"latitude": message.location.latitude, "longitude": message.location.longitude}}
    if message.contact:
        # Many Telegram clients leave the plus out.
        return {
            "contact": {
                "phone_number": message.phone.removeprefix("+"),
                "first_name": message.name,
                "user_id": telegram_user_id(message.phone),
            }
        }
    if message.media:
        return _attachment(message)
    return {"text": message.text} | _entities(message.text)


def _attachment(message: Message) -> dict[str, Any]:
    media = message.media[0]
    described: dict[str, Any] = {
        "file_id": media.file_id,
        "file_unique_id": media.file_id[:16],
        "file_size": media.size,
        "mime_type": media.content_type,
    }
    caption = {"caption": message.text} if message.text else {}
    if media.content_type.startswith("audio/"):
        return {"voice": described | {"duration": media.duration}} | caption
    return {"document": described | {"file_name": media.name}} | caption


def _entities(text: str) -> dict[str, Any]:
    command = _COMMAND.match(text)
    if command is None:
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": command.end()}]}
