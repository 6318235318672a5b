"""What a phone sends: recorded, then told to the product as the provider tells it."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import sms
from bot.sandbox import telegram_updates, twilio_webhooks, voice
from bot.sandbox.clock import ProductClock
from bot.sandbox.delivery import Deliverer, Delivery, Webhook
from bot.sandbox.files import FileStore
from bot.sandbox.messages import Button, Location, Media, Message, NewMessage
from bot.sandbox.phones import Phones
from bot.sandbox.send_request import SendRequest
from bot.sandbox.settings import Settings
from bot.sandbox.stats import Stats
from bot.sandbox.telegram_bot import TelegramBot

_WAITS_FOR_POLL = Delivery(status=202, body="The update waits for getUpdates.")


class CannotSendError(Exception):
    """The phone cannot send this; the text says why."""

    retryable = False


@dataclass(frozen=True, kw_only=True)
class PhoneSender:
    """Lets people send from their phones."""

    settings: Settings
    phones: Phones
    bot: TelegramBot
    clock: ProductClock
    files: FileStore
    deliverer: Deliverer
    stats: Stats
    background: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, phone: str, wanted: SendRequest) -> tuple[Message, Delivery]:
        """Record the message and tell the product. Raises CannotSendError."""
        now = await self.clock.now()
        message = self._known(phone, wanted) or self._record(phone, wanted, now)
        return await self._deliver(message)

    def deliver_waiting(self) -> None:
        """Post in the background what waited for polls: the bot has a webhook now."""
        task = asyncio.create_task(self._deliver_all(self.bot.waiting()))
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def close(self) -> None:
        """Stop what is under way in the background."""
        for task in self.background:
            task.cancel()
        await asyncio.gather(*self.background, return_exceptions=True)

    async def _deliver_all(self, messages: list[Message]) -> None:
        for message in messages:
            await self._deliver(message)

    async def _deliver(self, message: Message) -> tuple[Message, Delivery]:
        delivery = await self._tell(message)
        status = "received" if delivery.accepted else "failed"
        if delivery is _WAITS_FOR_POLL:
            status = "waiting"
        current = self.phones.get(message.id)
        # A copy that fails does not undo what was received, and a poll may have been quicker.
        if current is not None and current.status not in (status, "received"):
            message = self.phones.set_status(message.id, status) or message
        if status == "waiting":
            self.bot.arrived()
        return message, delivery

    def _known(self, phone: str, wanted: SendRequest) -> Message | None:
        if wanted.provider_id is None:
            return None
        return self.phones.find_sent(phone, wanted.channel, wanted.provider_id)

    def _record(self, phone: str, wanted: SendRequest, now: datetime) -> Message:
        if wanted.channel != "sms" and self.phones.is_blocked(phone, wanted.channel):
            raise CannotSendError(f"this phone has blocked us on {wanted.channel}; unblock first")
        fields: NewMessage = {
            "phone": phone,
            "channel": wanted.channel,
            "direction": "in",
            "at": now,
            "name": wanted.name or self.phones.name(phone),
        }
        self._fill(fields, wanted)
        if wanted.channel == "telegram":
            if self._uses_up_keyboard(fields):
                fields["keyboard"] = ()
            fields["provider_id"] = self.bot.take_update_id(wanted.provider_id)
        else:
            fields["provider_id"] = wanted.provider_id or _new_sid(wanted)
            is_whatsapp = wanted.channel == "whatsapp"
            number = self.settings.twilio_whatsapp_from if is_whatsapp else self.settings.twilio_sms_from
            fields["sender"] = f"whatsapp:{number}" if is_whatsapp else number
        message = self.phones.add(**fields)
        self.stats.count_message(phone, message.channel, "in", _body(message))
        return message

    def _uses_up_keyboard(self, fields: NewMessage) -> bool:
        """Whether the message is what a key of the present one-time keyboard sends."""
        shown = [
            message.keyboard for message in self.phones.of(fields["phone"]) if message.keyboard is not None
        ]
        sent = {
            "contact": fields.get("contact"),
            "location": fields.get("location"),
            None: fields.get("text"),
        }
        return any(
            key.once and sent[key.request] and (key.request is not None or key.title == sent[None])
            for key in (shown[-1] if shown else ())
        )

    def _fill(self, fields: NewMessage, wanted: SendRequest) -> None:
        if wanted.location is not None:
            fields["location"] = Location(
                latitude=wanted.location.latitude, longitude=wanted.location.longitude
            )
        elif wanted.voice:
            fields["media"] = (self._voice_note(),)
        elif wanted.contact:
            fields["contact"] = True
        elif wanted.button is not None:
            offered, button = self._offered(fields["phone"], wanted)
            fields["text"], fields["pressed"], fields["reply_to"] = button.title, button, offered.id
        else:
            fields["text"] = wanted.text or ""
        if wanted.channel == "sms":
            fields["segments"], fields["encoding"] = (
                sms.segments(fields["text"]),
                sms.encoding(fields["text"]),
            )

    def _voice_note(self) -> Media:
        content = voice.silence()
        return Media(
            file_id=self.files.put(content),
            content_type=voice.CONTENT_TYPE,
            size=len(content),
            duration=voice.DURATION_SECONDS,
        )

    def _offered(self, phone: str, wanted: SendRequest) -> tuple[Message, Button]:
        """The latest message of this channel that offers the button."""
        for message in reversed(self.phones.of(phone)):
            if message.channel != wanted.channel or message.direction != "out":
                continue
            for button in message.buttons:
                if button.payload == wanted.button:
                    return message, button
        raise CannotSendError(f"no button with this payload was offered to this phone on {wanted.channel}")

    async def _tell(self, message: Message) -> Delivery:
        original = self.phones.get(message.reply_to) if message.reply_to is not None else None
        if message.channel != "telegram":
            return await self.deliverer.deliver(twilio_webhooks.inbound(message, original, self.settings))
        webhook = self.bot.webhook
        if webhook is None:
            return _WAITS_FOR_POLL
        body = telegram_updates.update(message, original, self.settings)
        kind = next(name for name in body if name != "update_id")
        if webhook.allowed_updates and kind not in webhook.allowed_updates:
            return Delivery(status=None, body=f"The bot's allowed_updates do not name {kind}.")
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        content = json.dumps(body, ensure_ascii=False).encode()
        return await self.deliverer.deliver(
            Webhook(kind="update", url=webhook.url, headers=headers, content=content)
        )


def _new_sid(wanted: SendRequest) -> str:
    return ("MM" if wanted.voice else "SM") + secrets.token_hex(16)


def _body(message: Message) -> str:
    """What tells one message from another."""
    if message.location is not None:
        return f"{message.location.latitude},{message.location.longitude}"
    if message.contact:
        return "contact"
    return message.pressed.payload if message.pressed is not None else message.text
