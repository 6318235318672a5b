"""Where the providers call: verify, parse, store with its job in one transaction, and only then say that it
was taken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.channels import telegram_inbound, twilio_inbound
from bot.channels.errors import PayloadInvalid, SignatureInvalid
from bot.channels.twilio_outbound import OUTBOUND_PARAMETER
from bot.config import TelegramBot, TwilioAccount
from bot.core.messages import Channel, InboundMessage
from bot.services import contacts
from bot.store.engine import transaction
from bot.web.context import Web, web_of
from bot.web.errors import DATABASE_DOWN, UNAVAILABLE, HttpError
from bot.web.payloads import form_fields, json_object

logger = logging.getLogger(__name__)

LONGEST_ID = 255
LONGEST_NUMBER = 18
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_Result = TypeVar("_Result")


async def twilio_message(request: Request) -> Response:
    """A WhatsApp message or an SMS. Answers an empty TwiML document, to a repetition too."""
    fields = await _twilio_fields(request)
    parsed = _parsed(lambda: twilio_inbound.parse(fields), provider="twilio")
    await _store_message(web_of(request), parsed)
    return Response(TWIML, media_type="text/xml")


async def twilio_status(request: Request) -> Response:
    """A receipt for a message of ours; one that is not known (any more) is accepted as well."""
    fields = await _twilio_fields(request)
    outbound_id = _row_id(request.query_params.get(OUTBOUND_PARAMETER))
    receipt = _parsed(lambda: twilio_inbound.parse_receipt(fields, outbound_id), provider="twilio")
    if receipt is None:
        return Response(TWIML, media_type="text/xml")
    web = web_of(request)
    if not await _stored(web, partial(web.receipts.put, receipt)):
        logger.info("a receipt names no message of ours")
    return Response(TWIML, media_type="text/xml")


async def telegram_update(request: Request) -> Response:
    """An update of the bot. The answer's body is empty: Telegram would execute it."""
    bot = _configured_telegram(web_of(request))
    _verified(lambda: telegram_inbound.verify(secret=bot.webhook_secret, headers=request.headers))
    update = json_object(await request.body())
    parsed = _parsed(lambda: telegram_inbound.parse(update), provider="telegram")
    if parsed is not None:
        await _store_message(web_of(request), parsed)
        return Response()
    change = _parsed(lambda: telegram_inbound.parse_block_change(update), provider="telegram")
    if change is not None:
        await _note_block(web_of(request), change)
    return Response()


class WebhookRoute(Route):
    """Starlette's own kind: FastAPI's way to a handler costs a fifth of an acknowledgement, and nothing of it is needed here."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the class above; what is logged and measured names the route."""
        scope["route"] = self
        await super().handle(scope, receive, send)


ROUTES = tuple(
    WebhookRoute(path, endpoint, methods=["POST"])
    for path, endpoint in (
        ("/webhooks/twilio/messages", twilio_message),
        ("/webhooks/twilio/status", twilio_status),
        ("/webhooks/telegram", telegram_update),
    )
)


async def _twilio_fields(request: Request) -> dict[str, str]:
    """The form of a request that Twilio signed. The signed address is the configured one, whatever `Host`
    says.
    """
    account = _configured_twilio(web_of(request))
    fields = form_fields(await request.body(), request.headers.get("content-type", ""))
    url = signed_url(request, web_of(request).settings.base_url)
    _verified(
        lambda: twilio_inbound.verify(
            auth_token=account.auth_token, url=url, params=fields, headers=request.headers
        )
    )
    return fields


def signed_url(request: Request, base_url: str) -> str:
    """The address that the provider called: the public one with the raw path and query of this request."""
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope["query_string"]
    path = raw_path.partition(b"?")[0].decode("latin-1")
    return f"{base_url}{path}{'?' + query.decode('latin-1') if query else ''}"


def _configured_twilio(web: Web) -> TwilioAccount:
    account = web.settings.twilio
    if account is None:
        raise HttpError(404, "No Twilio account is configured.", kind="not_configured")
    return account


def _configured_telegram(web: Web) -> TelegramBot:
    bot = web.settings.telegram
    if bot is None:
        raise HttpError(404, "No Telegram bot is configured.", kind="not_configured")
    return bot


def _verified(verify: Callable[[], None]) -> None:
    try:
        verify()
    except SignatureInvalid:
        raise HttpError(403, "The signature is missing or wrong.", kind="wrong_signature") from None


def _row_id(value: str | None) -> int | None:
    """An id of ours from an address; one that cannot be ours is none."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > LONGEST_NUMBER:
        return None
    return int(value)


def _parsed(parse: Callable[[], _Result], *, provider: str) -> _Result:
    try:
        return parse()
    except PayloadInvalid:
        logger.warning("a signed webhook of %s could not be read", provider)
        raise HttpError(422, "The payload lacks something or has it in the wrong form.") from None


async def _store_message(web: Web, message: InboundMessage) -> None:
    if max(len(message.provider_id), len(message.address)) > LONGEST_ID:
        raise HttpError(422, "An id or an address is too long.")

    inbound_id = await _stored(web, partial(web.messages.put, message))
    logger.info("inbound %s on %s", "repeated" if inbound_id is None else inbound_id, message.channel.value)


async def _note_block(web: Web, change: telegram_inbound.BlockChange) -> None:
    def store() -> None:
        with transaction(web.sessions) as session:
            contacts.note_block(
                session,
                channel=Channel.TELEGRAM,
                address=change.address,
                blocked=change.blocked,
                now=web.clock(),
            )

    await _stored(web, partial(run_in_threadpool, store))


async def _stored(web: Web, store: Callable[[], Awaitable[_Result]]) -> _Result:
    """What ``store`` gives, again after a pause while the database is away: Twilio does not come back after a 5xx."""
    for pause in (*web.pauses, None):
        try:
            return await store()
        except DataError:
            raise HttpError(422, "A value cannot be stored.") from None
        except DATABASE_DOWN:
            if pause is None:
                raise HttpError(503, UNAVAILABLE, kind="database_unavailable") from None
            await asyncio.sleep(pause)
    raise AssertionError("the last try answers or raises")
