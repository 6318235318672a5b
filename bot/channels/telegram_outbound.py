"""Sending through Telegram's Bot API."""

from __future__ import annotations

import logging

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import TelegramError

from bot.channels.choices import numbered_titles
from bot.channels.errors import FailureKind, SendError
from bot.channels.telegram_api import BotApi, classify
from bot.channels.telegram_text import split_text
from bot.core.bubbles import with_numbers
from bot.core.messages import InputRequest, OutboundContent, SendResult

MAX_PAYLOAD_BYTES = 64

_log = logging.getLogger(__name__)
# A preview costs the person data and says nothing more.
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


class TelegramSender:
    """Sends one message a call, in parts where it is too long. Limits of rate are kept where the queue is."""

    def __init__(self, bot: BotApi) -> None:
        self._bot = bot

    async def send(self, content: OutboundContent) -> SendResult:
        """Send ``content`` as plain text, with its choices or its request as a keyboard under the last part.

        ``provider_id`` is the last part's ``message_id``. Raises SendError; once a part has gone out a
        failure is AMBIGUOUS, because sending again would repeat that part.
        """
        chat_id = _chat_id(content)
        text, markup = _layout(content)
        parts = split_text(text)
        sent = 0
        try:
            for part in parts[:-1]:
                await self._bot.send_message(chat_id, part, link_preview_options=_NO_PREVIEW)
                sent += 1
            message = await self._bot.send_message(
                chat_id, parts[-1], reply_markup=markup, link_preview_options=_NO_PREVIEW
            )
        except TelegramError as error:
            raise _failure(error, sent) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            # The package reads the answer without checking it; the message is out, or may be.
            raise SendError(kind=FailureKind.AMBIGUOUS, code="unreadable") from None
        await self._send_pin(content, chat_id)
        return SendResult(provider_id=str(message.message_id), at=message.date)

    async def answer_callback(self, callback_id: str) -> bool:
        """Stop the waiting sign on a pressed button; False where that failed, as after 150 seconds."""
        try:
            return await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            _log.info("a pressed button was not confirmed (%s)", classify(error).code)
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.close_connections()

    async def _send_pin(self, content: OutboundContent, chat_id: int) -> None:
        """The words went out and name the place; a pin that fails is not worth sending them again."""
        if content.location is None:
            return
        try:
            await self._bot.send_location(chat_id, content.location.latitude, content.location.longitude)
        except TelegramError as error:
            _log.warning("a location was not sent (%s)", classify(error).code)


def _chat_id(content: OutboundContent) -> int:
    try:
        return int(content.address)
    except ValueError:
        raise SendError(kind=FailureKind.PERMANENT, code="address", detail="not a chat id") from None


def _layout(content: OutboundContent) -> tuple[str, _Markup]:
    """The text and its one keyboard. Choices that it cannot carry stand in the text as numbered lines."""
    request = _request_keyboard(content)
    if request is not None:
        return with_numbers(content.text, content.buttons), request
    if not content.buttons:
        return content.text, ReplyKeyboardRemove()
    if any(not 1 <= len(button.payload.encode()) <= MAX_PAYLOAD_BYTES for button in content.buttons):
        return with_numbers(content.text, content.buttons), ReplyKeyboardRemove()
    rows = [
        [InlineKeyboardButton(title, callback_data=button.payload)]
        for title, button in zip(numbered_titles(content.buttons), content.buttons, strict=True)
    ]
    return content.text, InlineKeyboardMarkup(rows)


def _request_keyboard(content: OutboundContent) -> ReplyKeyboardMarkup | None:
    if content.request is None:
        return None
    if not content.request_title:
        _log.warning("a request for %s has no title and goes without its key", content.request.value)
        return None
    key = KeyboardButton(
        content.request_title,
        request_contact=content.request is InputRequest.CONTACT or None,
        request_location=content.request is InputRequest.LOCATION or None,
    )
    return ReplyKeyboardMarkup([[key]], one_time_keyboard=True, resize_keyboard=True)


def _failure(error: TelegramError, sent: int) -> SendError:
    failure = classify(error)
    if sent == 0 or failure.kind is FailureKind.SUPPRESS:
        return failure
    return SendError(
        kind=FailureKind.AMBIGUOUS, code="partly_sent", detail=f"after {sent} parts: {failure.code}"
    )
