"""What Twilio makes of a message that the product wants to send: checks, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import phonenumbers

from bot.core import sms
from bot.sandbox.content import Contents, Rendered, render
from bot.sandbox.messages import ChannelName, Location, Media, NewMessage
from bot.sandbox.phones import Phones
from bot.sandbox.settings import Settings
from bot.sandbox.twilio_errors import TwilioError

MAX_BODY = 1600
_WINDOW = timedelta(hours=24)
_OUTSIDE_WINDOW, _INVALID_CONTENT, _REFUSED_BY_PERSON = 63016, 63021, 63014
_GEO = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)(?:\|(.*))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class OutboundDesk:
    """Judges requests to create a message."""

    settings: Settings
    phones: Phones
    contents: Contents

    def accept(self, form: Mapping[str, str], urls: list[str], *, sid: str, now: datetime) -> NewMessage:
        """Check the request as Twilio does. The message's ``error_code`` says why it will not be delivered.

        Raises TwilioError where Twilio answers with an error at once.
        """
        channel, phone = self._recipient(form)
        sender = self._sender(form, channel)
        rendered = self._rendered(form, urls)
        message: NewMessage = {
            "phone": phone,
            "channel": channel,
            "direction": "out",
            "at": now,
            "text": rendered.text,
            "buttons": rendered.buttons,
            "media": rendered.media,
            "location": rendered.location,
            "status": "queued",
            "provider_id": sid,
            "sender": sender,
            "callback_url": _callback(form),
        }
        if channel == "sms":
            message["segments"] = sms.segments(rendered.text)
            message["encoding"] = sms.encoding(rendered.text)
        else:
            message["error_code"] = self._failure(phone, form, rendered, now)
        return message

    def _recipient(self, form: Mapping[str, str]) -> tuple[ChannelName, str]:
        to = form.get("To", "")
        if not to:
            raise TwilioError(21604)
        channel: ChannelName = "whatsapp" if to.startswith("whatsapp:") else "sms"
        number = _parse(to.removeprefix("whatsapp:"))
        if number is None:
            raise TwilioError(21211, to)
        phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if channel == "sms":
            if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE:
                raise TwilioError(21614)
            if self.phones.is_blocked(phone, "sms"):
                raise TwilioError(21610)
        return channel, phone

    def _sender(self, form: Mapping[str, str], channel: ChannelName) -> str:
        sender = form.get("From", "")
        if not sender:
            if form.get("MessagingServiceSid"):
                number = self.settings.twilio_whatsapp_from
                return f"whatsapp:{number}" if channel == "whatsapp" else self.settings.twilio_sms_from
            raise TwilioError(21603)
        if sender.startswith("whatsapp:") != (channel == "whatsapp"):
            raise TwilioError(21910)
        if channel == "whatsapp" and sender != f"whatsapp:{self.settings.twilio_whatsapp_from}":
            raise TwilioError(63007)
        if channel == "sms" and sender != self.settings.twilio_sms_from:
            raise TwilioError(21606)
        return sender

    def _rendered(self, form: Mapping[str, str], media_urls: list[str]) -> Rendered:
        if form.get("ContentSid"):
            content = self.contents.get(form["ContentSid"])
            if content is None:
                raise TwilioError(21655)
            return render(content, form.get("ContentVariables"))
        text = form.get("Body", "")
        if not text and not media_urls:
            raise TwilioError(21602)
        if len(text) > MAX_BODY:
            raise TwilioError(21617)
        if not all(urlsplit(url).scheme in ("http", "https") for url in media_urls):
            raise TwilioError(21620)
        media = tuple(Media(file_id="", content_type="", url=url) for url in media_urls)
        return Rendered(text=text, media=media, location=_place(form.get("PersistentAction", "")))

    def _failure(self, phone: str, form: Mapping[str, str], rendered: Rendered, now: datetime) -> int | None:
        """Why WhatsApp will not deliver. Twilio takes these messages and tells the error later."""
        if self.phones.is_blocked(phone, "whatsapp"):
            return _REFUSED_BY_PERSON
        content = self.contents.get(form.get("ContentSid", ""))
        last = self.phones.last_inbound(phone, "whatsapp")
        is_open = last is not None and now - last < _WINDOW
        if not is_open and (content is None or content.approval != "approved" or _session_only(rendered)):
            return _OUTSIDE_WINDOW
        return None if rendered.allowed and len(rendered.text) <= MAX_BODY else _INVALID_CONTENT


def _callback(form: Mapping[str, str]) -> str:
    url = form.get("StatusCallback", "")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise TwilioError(21609, url)
    return url


def _session_only(rendered: Rendered) -> bool:
    return rendered.location is not None or any(button.kind == "list_item" for button in rendered.buttons)


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    if not text.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _place(action: str) -> Location | None:
    found = _GEO.fullmatch(action)
    if found is None:
        return None
    return Location(latitude=float(found[1]), longitude=float(found[2]), label=found[3] or "")
