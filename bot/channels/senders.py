"""All senders behind one: the channel decides which provider carries a message."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.channels import telegram_api, twilio_http
from bot.channels.errors import FailureKind, SendError
from bot.channels.telegram_outbound import TelegramSender
from bot.channels.twilio_content import ContentTemplates
from bot.channels.twilio_outbound import TwilioSender, no_buttons, no_list
from bot.core.messages import Button, Channel, OutboundContent, SendResult


class Senders:
    """Sends to any channel; a provider that is not configured is None."""

    def __init__(self, *, twilio: TwilioSender | None, telegram: TelegramSender | None) -> None:
        self._twilio = twilio
        self._telegram = telegram

    async def send(self, content: OutboundContent) -> SendResult:
        """Send ``content``. Raises SendError."""
        return await self._sender(content.channel).send(content)

    @staticmethod
    def can_reconcile(channel: Channel) -> bool:
        """Whether a provider can be asked what became of a message that may have been sent."""
        return channel is not Channel.TELEGRAM

    async def reconcile(
        self, content: OutboundContent, *, created_at: datetime, known_ids: Collection[str] = ()
    ) -> SendResult | None:
        """As :meth:`TwilioSender.reconcile`; an AMBIGUOUS SendError where :meth:`can_reconcile` is False."""
        if not self.can_reconcile(content.channel):
            raise SendError(kind=FailureKind.AMBIGUOUS, code="not_reconcilable")
        return await self._on_twilio(content.channel).reconcile(
            content, created_at=created_at, known_ids=known_ids
        )

    async def answer_callback(self, callback_id: str) -> bool:
        """Stop the waiting sign on a button pressed in Telegram; False where that was not possible."""
        return self._telegram is not None and await self._telegram.answer_callback(callback_id)

    async def close(self) -> None:
        """Close all connections."""
        for sender in (self._twilio, self._telegram):
            if sender is not None:
                await sender.close()

    def _sender(self, channel: Channel) -> TwilioSender | TelegramSender:
        if channel is not Channel.TELEGRAM:
            return self._on_twilio(channel)
        if self._telegram is None:
            raise _not_configured(channel)
        return self._telegram

    def _on_twilio(self, channel: Channel) -> TwilioSender:
        if self._twilio is None:
            raise _not_configured(channel)
        return self._twilio


def make_twilio_sender(
    *,
    account_sid: str | None,
    auth_token: str | None,
    whatsapp_from: str | None,
    sms_from: str | None,
    public_base_url: str,
    api_base_url: str | None = None,
    templates: ContentTemplates | None = None,
    fixed_buttons: Callable[[tuple[Button, ...]], bool] = no_buttons,
    list_title: Callable[[tuple[Button, ...]], str | None] = no_list,
) -> TwilioSender | None:
    """The sender for a Twilio account, None where no account is configured."""
    if not (account_sid and auth_token):
        return None
    return TwilioSender(
        account_sid=account_sid,
        auth_token=auth_token,
        whatsapp_from=whatsapp_from or "",
        sms_from=sms_from or "",
        public_base_url=public_base_url,
        api_base_url=api_base_url or twilio_http.PRODUCTION,
        templates=templates,
        fixed_buttons=fixed_buttons,
        list_title=list_title,
    )


def make_telegram_sender(*, token: str | None, api_base_url: str | None = None) -> TelegramSender | None:
    """The sender for a Telegram bot, None where no bot is configured."""
    if not token:
        return None
    return TelegramSender(
        telegram_api.make_bot(token=token, api_base_url=api_base_url or telegram_api.PRODUCTION)
    )


def _not_configured(channel: Channel) -> SendError:
    return SendError(
        kind=FailureKind.CONTENT, code="not_configured", detail=f"no provider for {channel.value}"
    )
