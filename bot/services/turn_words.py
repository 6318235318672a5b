"""What a stored message says to the assistant: its words, or the payload that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import arrival_rules
from bot.core.messages import InboundKind
from bot.store.models import InboundMessage

STICKER = '/send_media{"choice": "media:sticker"}'
"""A sticker, a reaction, or a kind of message that nobody has to hear or see."""
START_COMMANDS = {"/start": "/greet", "/menu": "/greet", "/help": "/ask_help"}
"""What the commands of Telegram's menu stand for; the help is for what is being asked."""


def merged_words(merged: Sequence[InboundMessage]) -> tuple[str, str | None]:
    """A flood's words together; where it has none, what its last message is."""
    text = arrival_rules.merged_text([message.text for message in merged])
    return (text, None) if text else words_of(merged[-1], None)


def words_of(inbound: InboundMessage, shared_phone: str | None) -> tuple[str, str | None]:
    """The text of a message and, where it is no text or a command, the payload that it stands for."""
    kind = InboundKind(inbound.kind)
    if kind is InboundKind.BUTTON and inbound.payload:
        return inbound.text, inbound.payload
    if kind is InboundKind.LOCATION:
        return inbound.text, "/share_location"
    if kind is InboundKind.CONTACT:
        number = shared_phone or inbound.shared_phone or ""
        return inbound.text, f'/inform{{"phone_number": "{number}"}}' if number else "/inform"
    command = START_COMMANDS.get(inbound.text.strip().lower().split(" ")[0])
    if command is not None:
        return inbound.text, command
    if inbound.text.strip():
        return inbound.text, None
    return "", "/send_media" if kind is InboundKind.MEDIA else STICKER
