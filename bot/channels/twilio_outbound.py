"""Sending by WhatsApp and SMS through Twilio."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.content.v1.content import ContentList

from bot.channels.errors import FailureKind, SendError
from bot.channels.twilio_content import ContentPlan, ContentTemplates, MemoryTemplates, plan
from bot.channels.twilio_errors import CONTENT_UNKNOWN, TOO_LONG, classify, kind_of
from bot.channels.twilio_http import PRODUCTION, TwilioHttp
from bot.channels.twilio_inbound import STATUSES
from bot.core.bubbles import with_numbers
from bot.core.messages import Button, Channel, DeliveryStatus, OutboundContent, SendResult

STATUS_PATH = "/webhooks/twilio/status"
OUTBOUND_PARAMETER = "outbound"
MAX_BODY = 1600

_log = logging.getLogger(__name__)
_LISTED = 50
# Twilio's times are cut to the second, and its clock is not ours.
_CLOCK_SKEW = timedelta(seconds=5)
# Not from the environment: settings are read by entry points only. An empty mapping would make the package
# read it.
_NO_ENVIRONMENT = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}


def no_buttons(buttons: tuple[Button, ...]) -> bool:
    """No set of choices is fixed: all become numbered lines."""
    return False


def no_list(buttons: tuple[Button, ...]) -> None:
    """No set of choices has a list title: more than three become numbered lines."""


class TwilioSender:
    """Sends one message a call. The package's calls block, so they run in threads.

    ``whatsapp_from`` and ``sms_from`` are E.164 numbers or, for SMS, a registered sender id; blank where the
    channel is not used. ``fixed_buttons`` says which choices are the same for everybody, so that a template
    for them is worth creating; ``list_title`` gives the words of the key that opens four to ten choices.
    ``timeout`` is in seconds.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        whatsapp_from: str,
        sms_from: str,
        public_base_url: str,
        api_base_url: str = PRODUCTION,
        templates: ContentTemplates | None = None,
        fixed_buttons: Callable[[tuple[Button, ...]], bool] = no_buttons,
        list_title: Callable[[tuple[Button, ...]], str | None] = no_list,
        timeout: float = 10.0,
    ) -> None:
        if not (account_sid and auth_token):
            raise _not_configured("the account sid and the auth token are needed")
        self._whatsapp_from = whatsapp_from.strip().removeprefix("whatsapp:")
        self._sms_from = sms_from.strip()
        self._callback = f"{public_base_url.rstrip('/')}{STATUS_PATH}?{OUTBOUND_PARAMETER}="
        self._templates: ContentTemplates = MemoryTemplates() if templates is None else templates
        self._fixed_buttons = fixed_buttons
        self._list_title = list_title
        self._refused: set[str] = set()
        self._http = TwilioHttp(api_base_url=api_base_url, timeout=timeout)
        self._client = Client(account_sid, auth_token, http_client=self._http, environment=_NO_ENVIRONMENT)

    async def send(self, content: OutboundContent) -> SendResult:
        """Send ``content``. Raises SendError; the AMBIGUOUS kind is for :meth:`reconcile`."""
        return await asyncio.to_thread(self._send, content)

    async def reconcile(
        self, content: OutboundContent, *, created_at: datetime, known_ids: Collection[str] = ()
    ) -> SendResult | None:
        """The oldest message like ``content`` that was sent since ``created_at`` (aware), or None.

        ``known_ids`` are the provider ids of other messages to this address, which may have read the same.
        Twilio can list a message some seconds late, so that one None right after sending proves nothing.
        Raises SendError, never of the AMBIGUOUS kind.
        """
        return await asyncio.to_thread(self._reconcile, content, created_at, known_ids)

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._http.close)

    def _send(self, content: OutboundContent) -> SendResult:
        addressing = self._addressing(content)
        if content.template is not None:
            values = {str(number): value for number, value in enumerate(content.template.values, start=1)}
            return self._create(
                **addressing,
                content_sid=content.template.sid,
                content_variables=json.dumps(values, ensure_ascii=False),
            )
        result = self._send_with_buttons(content, addressing)
        return self._send_as_text(content, addressing) if result is None else result

    def _addressing(self, content: OutboundContent) -> dict[str, str]:
        to, from_ = self._ends(content)
        return {"to": to, "from_": from_, "status_callback": f"{self._callback}{content.outbound_id}"}

    def _ends(self, content: OutboundContent) -> tuple[str, str]:
        if content.channel is Channel.WHATSAPP:
            if not self._whatsapp_from:
                raise _not_configured("TWILIO_WHATSAPP_FROM is blank")
            return f"whatsapp:{content.address}", f"whatsapp:{self._whatsapp_from}"
        if content.channel is Channel.SMS:
            if not self._sms_from:
                raise _not_configured("TWILIO_SMS_FROM is blank")
            return content.address, self._sms_from
        raise _not_configured(f"Twilio does not serve {content.channel.value}")

    def _send_as_text(self, content: OutboundContent, addressing: dict[str, str]) -> SendResult:
        body = with_numbers(content.text, content.buttons)
        if len(body) > MAX_BODY:
            raise SendError(kind=FailureKind.CONTENT, code=TOO_LONG, detail=f"{len(body)} characters")
        fields: dict[str, Any] = {"body": body}
        if content.location is not None and content.channel is Channel.WHATSAPP:
            fields["persistent_action"] = [f"geo:{content.location.latitude},{content.location.longitude}"]
        return self._create(**addressing, **fields)

    def _send_with_buttons(self, content: OutboundContent, addressing: dict[str, str]) -> SendResult | None:
        """The result, or None where the message has to go as text: nothing was sent then."""
        template = self._plan(content)
        if template is None:
            return None
        # A second time only where the template that was kept is gone from the account.
        for anew in (False, True):
            sid = self._template_sid(template, anew=anew)
            if sid is None:
                return None
            try:
                variables = json.dumps(dict(template.variables), ensure_ascii=False)
                return self._create(**addressing, content_sid=sid, content_variables=variables)
            except SendError as error:
                if error.kind is not FailureKind.CONTENT:
                    raise
                _log.warning("a message with buttons was refused (%s)", error.code)
                if error.code != CONTENT_UNKNOWN:
                    return None
        return None

    def _plan(self, content: OutboundContent) -> ContentPlan | None:
        if content.channel is not Channel.WHATSAPP or content.location is not None or not content.buttons:
            return None
        if not self._fixed_buttons(content.buttons):
            return None
        template = plan(content.text, content.buttons, list_title=self._list_title(content.buttons))
        return None if template is None or template.key in self._refused else template

    def _template_sid(self, template: ContentPlan, *, anew: bool) -> str | None:
        """The template's sid, created where needed; None where that fails, and the message goes as text."""
        kept = None if anew else self._templates.get(template.key)
        if kept is not None:
            return kept
        try:
            sid = self._create_template(template)
        except SendError as error:
            _log.warning("a content template was not created (%s)", error)
            if error.kind is FailureKind.CONTENT:
                self._refused.add(template.key)
            return None
        self._templates.put(template.key, sid)
        return sid

    def _create_template(self, template: ContentPlan) -> str:
        request = ContentList.ContentCreateRequest(dict(template.request))
        try:
            sid = self._client.content.v1.contents.create(request).sid
        except TwilioException as error:
            raise classify(error) from None
        except ValueError:
            raise _unreadable() from None
        if not sid:
            raise _unreadable()
        return sid

    def _create(self, **fields: Any) -> SendResult:
        try:
            message = self._client.messages.create(**fields)
        except TwilioException as error:
            raise classify(error) from None
        except (ValueError, TypeError, AttributeError):
            raise _unreadable() from None
        if not message.sid:
            raise _unreadable()
        result = _result(message)
        if result.status in {DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED}:
            code = str(message.error_code) if message.error_code else None
            raise SendError(kind=kind_of(code), code=code or "failed")
        return result

    def _reconcile(
        self, content: OutboundContent, created_at: datetime, known_ids: Collection[str]
    ) -> SendResult | None:
        to, from_ = self._ends(content)
        try:
            # Not filtered by date here: Twilio filters by the time of sending, which a message
            # in its queue does not have yet.
            listed = self._client.messages.list(to=to, from_=from_, limit=_LISTED)
        except TwilioException as error:
            raise classify(error, reading=True) from None
        except (ValueError, TypeError, AttributeError):
            raise SendError(kind=FailureKind.RETRY, code="unreadable") from None
        return _oldest_match(listed, content=content, since=created_at - _CLOCK_SKEW, known_ids=known_ids)


def _oldest_match(
    listed: Iterable[MessageInstance],
    *,
    content: OutboundContent,
    since: datetime,
    known_ids: Collection[str],
) -> SendResult | None:
    bodies = {_words(content.text), _words(with_numbers(content.text, content.buttons))}
    # What a template says around its values is not known here.
    values = content.template.values if content.template else ()
    matches = [
        message
        for message in listed
        if message.sid not in known_ids
        and (_words(message.body or "") in bodies or _holds_all(message.body or "", values))
        and message.date_created is not None
        and message.date_created >= since
    ]
    results = [_result(message) for message in matches]
    return min(results, key=lambda result: result.at or since) if results else None


def _holds_all(body: str, values: tuple[str, ...]) -> bool:
    return bool(values) and all(value in body for value in values)


def _words(text: str) -> str:
    """The text without the blanks around its lines, which templates do not keep."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _result(message: MessageInstance) -> SendResult:
    """Twilio's own queue counts as sent: ours must not take the message up again."""
    status = STATUSES.get(str(message.status), DeliveryStatus.SENT)
    if status in {DeliveryStatus.QUEUED, DeliveryStatus.SENDING}:
        status = DeliveryStatus.SENT
    return SendResult(provider_id=str(message.sid), status=status, at=message.date_created)


def _not_configured(detail: str) -> SendError:
    return SendError(kind=FailureKind.CONTENT, code="not_configured", detail=detail)


def _unreadable() -> SendError:
    return SendError(kind=FailureKind.AMBIGUOUS, code="unreadable")
