"""The Bot API's methods that write to a chat or change what stands there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from bot.sandbox.clock import ProductClock
from bot.sandbox.files import FileStore
from bot.sandbox.messages import Location, Media, Message
from bot.sandbox.phones import Phones
from bot.sandbox.settings import Settings
from bot.sandbox.stats import Stats
from bot.sandbox.telegram_markup import read_markup
from bot.sandbox.telegram_request import Parameters, TelegramError, Upload
from bot.sandbox.telegram_updates import bot_message

_MAX_TEXT, _MAX_CAPTION = 4096, 1024
_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class _Content(TypedDict, total=False):
    text: str
    location: Location
    media: tuple[Media, ...]


@dataclass(frozen=True, kw_only=True)
class TelegramSending:
    """The methods, and what they need. Each answers with the message as the Bot API writes it."""

    settings: Settings
    phones: Phones
    clock: ProductClock
    files: FileStore
    stats: Stats

    def methods(self) -> dict[str, Callable[[Parameters], Awaitable[Any]]]:
        """The methods by name."""
        return {
            "sendMessage": self._send_message,
            "sendLocation": self._send_location,
            "sendVenue": self._send_location,
            "sendDocument": self._sender_of("document", "application/octet-stream"),
            "sendVoice": self._sender_of("voice", "audio/ogg"),
            "sendAudio": self._sender_of("audio", "audio/mpeg"),
            "sendPhoto": self._sender_of("photo", "image/jpeg"),
            "editMessageReplyMarkup": self._edit_markup,
            "editMessageText": self._edit_text,
        }

    async def _send_message(self, parameters: Parameters) -> Any:
        phone = self._phone(parameters)
        text = _text(parameters)
        return await self._send(parameters, phone, text=text)

    async def _send_location(self, parameters: Parameters) -> Any:
        phone = self._phone(parameters)
        latitude, longitude = parameters.number("latitude"), parameters.number("longitude")
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise TelegramError(400, "Bad Request: location is invalid")
        label = parameters.text("title")
        return await self._send(
            parameters, phone, location=Location(latitude=latitude, longitude=longitude, label=label)
        )

    def _sender_of(self, kind: str, content_type: str) -> Callable[[Parameters], Awaitable[Any]]:
        async def send(parameters: Parameters) -> Any:
            phone = self._phone(parameters)
            caption = parameters.text("caption")
            if len(caption) > _MAX_CAPTION:
                raise TelegramError(400, "Bad Request: message caption is too long")
            media = self._attachment(parameters, kind, content_type)
            return await self._send(parameters, phone, text=caption, media=(media,))

        return send

    def _attachment(self, parameters: Parameters, kind: str, content_type: str) -> Media:
        value = parameters.text(kind)
        upload: Upload | None = parameters.uploads.get(value.removeprefix("attach://") or kind)
        if upload is not None:
            shown_type = content_type if kind != "document" else upload.content_type
            file_id = self.files.put(upload.content)
            return Media(file_id=file_id, content_type=shown_type, name=upload.name, size=len(upload.content))
        if value.startswith(("https://", "http://")):
            return Media(file_id="", content_type=content_type, url=value)
        if self.files.get(value) is None:
            raise TelegramError(
                400, "Bad Request: wrong remote file identifier specified: Wrong string length"
            )
        return Media(file_id=value, content_type=content_type)

    async def _send(self, parameters: Parameters, phone: str, **content: Unpack[_Content]) -> Any:
        markup = read_markup(parameters.structure("reply_markup"))
        message = self.phones.add(
            phone=phone,
            channel="telegram",
            direction="out",
            at=await self.clock.now(),
            buttons=markup.buttons,
            keyboard=markup.keyboard,
            status="delivered",
            **content,
        )
        body = message.text or str(message.location or message.media)
        self.stats.count_message(phone, "telegram", "out", body)
        return self._written(message)

    async def _edit_markup(self, parameters: Parameters) -> Any:
        message = self._own_message(parameters)
        buttons = read_markup(parameters.structure("reply_markup")).buttons
        if buttons == message.buttons:
            raise TelegramError(400, _NOT_MODIFIED)
        return self._written(self.phones.save(replace(message, buttons=buttons)))

    async def _edit_text(self, parameters: Parameters) -> Any:
        message = self._own_message(parameters)
        text = _text(parameters)
        buttons = read_markup(parameters.structure("reply_markup")).buttons
        if (text, buttons) == (message.text, message.buttons):
            raise TelegramError(400, _NOT_MODIFIED)
        return self._written(self.phones.save(replace(message, text=text, buttons=buttons)))

    def _phone(self, parameters: Parameters) -> str:
        phone = self.phones.phone_of_telegram_user(parameters.integer("chat_id"))
        if phone is None:
            raise TelegramError(400, "Bad Request: chat not found")
        if self.phones.is_blocked(phone, "telegram"):
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        return phone

    def _own_message(self, parameters: Parameters) -> Message:
        phone = self._phone(parameters)
        message = self.phones.get(parameters.integer("message_id"))
        if message is None or (message.phone, message.channel, message.direction) != (
            phone,
            "telegram",
            "out",
        ):
            raise TelegramError(400, "Bad Request: message to edit not found")
        return message

    def _written(self, message: Message) -> dict[str, Any]:
        return bot_message(message, self.settings, name=self.phones.name(message.phone))


def _text(parameters: Parameters) -> str:
    text = parameters.text("text")
    if not text.strip():
        raise TelegramError(400, "Bad Request: message text is empty")
    if len(text) > _MAX_TEXT:
        raise TelegramError(400, "Bad Request: message is too long")
    return text
