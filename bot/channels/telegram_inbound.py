"""What Telegram posts to the webhook or gives to a poll: messages and presses of buttons in private chats."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import telegram
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import filters

from bot.channels.choices import is_ours, without_number
from bot.channels.errors import PayloadInvalid, SignatureInvalid
from bot.channels.storable import storable
from bot.core.messages import Channel, InboundKind, InboundMessage, Location, MediaItem

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, kw_only=True)
class BlockChange:
    """A person blocked the bot or let it in again. ``address`` is the chat id, ``order`` the update's id."""

    address: str
    blocked: bool
    order: int


def verify(*, secret: str, headers: Mapping[str, str]) -> None:
    """Check the secret that Telegram sends with each update, in constant time. Raises SignatureInvalid."""
    given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise SignatureInvalid("the webhook's secret does not match, or none is configured")


def parse(update: Mapping[str, Any]) -> InboundMessage | None:
    """The message in an update; None where it holds none for the assistant. Raises PayloadInvalid.

    None are: edits, other chats than private ones, service messages, and blocking, for which see
    :func:`parse_block_change`. The whole update stays in ``raw``. A number counts as shared only if it is the
    sender's own.
    """
    raw: dict[str, Any] = storable(dict(update))
    with _typed_failure():
        message = _parse(_read(raw), raw)
    return message if message is None else _checked(message)


def _parse(parsed: telegram.Update, raw: Mapping[str, Any]) -> InboundMessage | None:
    if parsed.callback_query is not None:
        return _from_press(parsed, parsed.callback_query, raw)
    message = parsed.message
    if (
        message is None
        or message.chat.type != ChatType.PRIVATE
        or filters.StatusUpdate.ALL.check_update(parsed)
    ):
        return None
    return _from_message(parsed, message, raw)


def parse_block_change(update: Mapping[str, Any]) -> BlockChange | None:
    """What the update says of blocking or unblocking the bot; None if nothing. Raises PayloadInvalid."""
    with _typed_failure():
        parsed = _read(storable(dict(update)))
        change = parsed.my_chat_member
        if change is None or change.chat.type != ChatType.PRIVATE:
            return None
        blocked = change.new_chat_member.status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}
        return BlockChange(address=str(change.chat.id), blocked=blocked, order=parsed.update_id)


def _read(raw: dict[str, Any]) -> telegram.Update:
    # Not isinstance: to Python a truth value is a number too.
    if type(raw.get("update_id")) is not int:
        raise PayloadInvalid("the update has no update_id")
    return telegram.Update.de_json(raw, bot=None)


@contextmanager
def _typed_failure() -> Iterator[None]:
    """The package does not check what it reads: it fails in whatever way comes first, or later where a value is used."""
    try:
        yield
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise PayloadInvalid(f"the update cannot be read ({type(error).__name__})") from None


def _checked(message: InboundMessage) -> InboundMessage:
    """The message, if its values are of the kinds that they are said to be. Raises PayloadInvalid."""
    texts = (message.text, message.payload or "", message.profile_name or "", message.callback_id or "")
    point = message.location
    numbers = (point.latitude, point.longitude) if point else ()
    media = [value for item in message.media for value in (item.reference, item.content_type)]
    if not all(isinstance(value, str) for value in (*texts, *media)):
        raise PayloadInvalid("a text of the update is none")
    if not all(type(value) in (int, float) for value in numbers):
        raise PayloadInvalid("a position of the update is none")
    return message


def _from_press(
    update: telegram.Update, query: telegram.CallbackQuery, raw: Mapping[str, Any]
) -> InboundMessage | None:
    chat = query.message.chat if query.message is not None else None
    if chat is not None and chat.type != ChatType.PRIVATE:
        return None
    payload = query.data if is_ours(query.data) else None
    return InboundMessage(
        channel=Channel.TELEGRAM,
        provider_id=str(update.update_id),
        address=str(chat.id if chat is not None else query.from_user.id),
        kind=InboundKind.BUTTON if payload else InboundKind.UNSUPPORTED,
        raw=raw,
        text=_pressed_title(query),
        payload=payload,
        profile_name=query.from_user.full_name or None,
        callback_id=query.id,
        order=update.update_id,
    )


def _pressed_title(query: telegram.CallbackQuery) -> str:
    message = query.message
    if not isinstance(message, telegram.Message) or message.reply_markup is None:
        return ""
    buttons = [button for row in message.reply_markup.inline_keyboard for button in row]
    return next((without_number(button.text) for button in buttons if button.callback_data == query.data), "")


def _from_message(
    update: telegram.Update, message: telegram.Message, raw: Mapping[str, Any]
) -> InboundMessage:
    text = message.text or message.caption or ""
    media = _media(message)
    point = message.location
    return InboundMessage(
        channel=Channel.TELEGRAM,
        provider_id=str(update.update_id),
        address=str(message.chat.id),
        kind=_kind(message, media),
        raw=raw,
        text=text,
        location=Location(latitude=point.latitude, longitude=point.longitude) if point else None,
        shared_phone=_own_phone(message),
        media=media,
        profile_name=(message.from_user.full_name if message.from_user else message.chat.full_name) or None,
        order=update.update_id,
    )


def _kind(message: telegram.Message, media: tuple[MediaItem, ...]) -> InboundKind:
    if message.location is not None:
        return InboundKind.LOCATION
    if message.contact is not None:
        return InboundKind.CONTACT
    if media:
        return InboundKind.MEDIA
    return InboundKind.TEXT if (message.text or "").strip() else InboundKind.UNSUPPORTED


def _own_phone(message: telegram.Message) -> str | None:
    """E.164. Telegram writes its users' numbers internationally, with or without the plus."""
    contact, sender = message.contact, message.from_user
    if contact is None or sender is None or contact.user_id != sender.id:
        return None
    digits = "".join(character for character in contact.phone_number if character.isdigit())
    return f"+{digits}" if digits else None


def _media(message: telegram.Message) -> tuple[MediaItem, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (MediaItem(reference=largest.file_id, content_type="image/jpeg"),)
    if message.video_note is not None:
        return (MediaItem(reference=message.video_note.file_id, content_type="video/mp4"),)
    for attached, usual in (
        (message.voice, "audio/ogg"),
        (message.audio, "audio/mpeg"),
        (message.video, "video/mp4"),
        (message.animation, "video/mp4"),
        (message.document, "application/octet-stream"),
    ):
        if attached is not None:
            return (MediaItem(reference=attached.file_id, content_type=attached.mime_type or usual),)
    return ()
