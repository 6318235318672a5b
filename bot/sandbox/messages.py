"""What stands on a phone's screen: messages both ways, as values.

``direction`` is the product's: "in" is what the person sent, "out" what the person received.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Required, TypedDict

from pydantic import TypeAdapter

ChannelName = Literal["whatsapp", "telegram", "sms"]
Direction = Literal["in", "out"]
CHANNELS: tuple[ChannelName, ...] = ("whatsapp", "telegram", "sms")

FINAL_STATUSES = frozenset({"delivered", "read", "failed", "undelivered", "received"})


@dataclass(frozen=True, kw_only=True)
class Button:
    """A choice that can be pressed; ``kind`` tells how the provider reports the press."""

    title: str
    payload: str
    kind: Literal["inline", "quick_reply", "list_item"] = "inline"
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of a Telegram reply keyboard: it types its title, or shares the number or the place. With ``once``
    the keyboard goes as soon as it was used.
    """

    title: str
    request: Literal["contact", "location"] | None = None
    once: bool = False


@dataclass(frozen=True, kw_only=True)
class Location:
    """A point in WGS 84 degrees; ``label`` is what a business wrote beside it."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Media:
    """An attachment; ``file_id`` names it in the file store, ``duration`` is in seconds."""

    file_id: str
    content_type: str
    name: str = ""
    size: int = 0
    duration: int = 0
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of one phone.

    ``provider_id`` is Twilio's MessageSid and, for what a person sends on Telegram, the update_id. ``at`` is
    the product's time. ``keyboard`` is Telegram's reply keyboard: None leaves the last one, an empty one
    removes it, also where it is the person's own message that used it up. ``status`` of what a person sent:
    sending, waiting (for a poll), received, failed; of what the product sent: Twilio's words.
    """

    id: int
    phone: str
    channel: ChannelName
    direction: Direction
    at: datetime
    text: str = ""
    buttons: tuple[Button, ...] = ()
    keyboard: tuple[Key, ...] | None = None
    media: tuple[Media, ...] = ()
    location: Location | None = None
    contact: bool = False
    pressed: Button | None = None
    reply_to: int | None = None
    name: str = ""
    status: str = "sending"
    error_code: int | None = None
    segments: int | None = None
    encoding: str | None = None
    provider_id: str = ""
    sender: str = ""
    callback_url: str = ""


class NewMessage(TypedDict, total=False):
    """The fields of a message that has no id yet; the same as :class:`Message`'s."""

    phone: Required[str]
    channel: Required[ChannelName]
    direction: Required[Direction]
    at: Required[datetime]
    text: str
    buttons: tuple[Button, ...]
    keyboard: tuple[Key, ...] | None
    media: tuple[Media, ...]
    location: Location | None
    contact: bool
    pressed: Button | None
    reply_to: int | None
    name: str
    status: str
    error_code: int | None
    segments: int | None
    encoding: str | None
    provider_id: str
    sender: str
    callback_url: str


_ADAPTER = TypeAdapter(Message)


def to_json(message: Message) -> dict[str, Any]:
    """The message as plain JSON values, for the journal."""
    dumped: dict[str, Any] = _ADAPTER.dump_python(message, mode="json", exclude_defaults=True)
    return dumped


def from_json(data: dict[str, Any]) -> Message:
    """The message that :func:`to_json` wrote. Raises pydantic.ValidationError."""
    return _ADAPTER.validate_python(data)


def for_reader(message: Message) -> dict[str, Any]:
    """The message as ``GET /sandbox/phones/{phone}/messages`` shows it."""
    shown: dict[str, Any] = {
        "id": message.id,
        "channel": message.channel,
        "direction": message.direction,
        "text": message.text,
        "buttons": [{"title": button.title, "payload": button.payload} for button in message.buttons],
        "media": [_media_for_reader(media) for media in message.media],
        "status": message.status,
        "at": message.at.isoformat(timespec="milliseconds"),
        "provider_id": message.provider_id,
        "location": None,
        "contact": message.contact,
        "keyboard": None,
        "error_code": shown_error(message),
    }
    if message.location is not None:
        place = message.location
        shown["location"] = {"latitude": place.latitude, "longitude": place.longitude, "label": place.label}
    if message.keyboard is not None:
        shown["keyboard"] = [{"title": key.title, "request": key.request} for key in message.keyboard]
    if message.channel == "sms":
        shown |= {"segments": message.segments, "encoding": message.encoding}
    return shown


def shown_error(message: Message) -> int | None:
    """The error of a message that could not be delivered, once that has come out."""
    return message.error_code if message.status in ("failed", "undelivered") else None


def _media_for_reader(media: Media) -> dict[str, Any]:
    url = media.url or f"/sandbox/media/{media.file_id}"
    return {"url": url, "content_type": media.content_type, "name": media.name, "duration": media.duration}
