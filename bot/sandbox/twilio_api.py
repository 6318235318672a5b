"""The stand-in for Twilio's REST API: messages and their media. Paths are exactly Twilio's."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import twilio_content_api
from bot.sandbox.callbacks import StatusRunner
from bot.sandbox.clock import ProductClock
from bot.sandbox.content import Contents
from bot.sandbox.files import FileStore
from bot.sandbox.gate import mark_accepted
from bot.sandbox.messages import Message, shown_error
from bot.sandbox.phones import Phones
from bot.sandbox.settings import Settings
from bot.sandbox.stats import Stats
from bot.sandbox.twilio_content_api import Handler
from bot.sandbox.twilio_errors import TwilioError
from bot.sandbox.twilio_outbound import OutboundDesk
from bot.sandbox.twilio_webhooks import API_VERSION, address, media_sid

_MAX_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class TwilioApi:
    """The routes, and what they need."""

    settings: Settings
    phones: Phones
    contents: Contents
    clock: ProductClock
    statuses: StatusRunner
    files: FileStore
    stats: Stats

    def app(self) -> Starlette:
        """The API as an ASGI application; errors are answered as Twilio answers them."""
        account = f"/{API_VERSION}/Accounts/{{account}}"
        routes = [
            Route(f"{account}/Messages.json", self._guarded(self._create), methods=["POST"]),
            Route(f"{account}/Messages.json", self._guarded(self._list), methods=["GET"]),
            Route(f"{account}/Messages/{{sid}}.json", self._guarded(self._fetch), methods=["GET"]),
            Route(f"{account}/Messages/{{sid}}/Media/{{media}}", self._guarded(self._media), methods=["GET"]),
            Route(f"{account}.json", self._guarded(self._account), methods=["GET"]),
            *twilio_content_api.routes(self.contents, self.settings, self._guarded),
            Route("/{path:path}", self._guarded(_unknown), methods=["GET", "POST", "PUT", "DELETE"]),
        ]
        return Starlette(routes=routes)

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                self._authenticate(request)
                return await handler(request)
            except TwilioError as error:
                return error.answer()

        return guarded

    def _authenticate(self, request: Request) -> None:
        expected = f"{self.settings.twilio_account_sid}:{self.settings.twilio_auth_token}"
        given = request.headers.get("authorization", "")
        wanted = "Basic " + base64.b64encode(expected.encode()).decode()
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise TwilioError(20003)
        account = request.path_params.get("account", self.settings.twilio_account_sid)
        if account != self.settings.twilio_account_sid:
            raise TwilioError(20404, request.url.path)

    async def _create(self, request: Request) -> Response:
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        urls = [value for value in form.getlist("MediaUrl") if isinstance(value, str)]
        now = await self.clock.now()
        desk = OutboundDesk(settings=self.settings, phones=self.phones, contents=self.contents)
        sid = ("MM" if urls else "SM") + secrets.token_hex(16)
        message = self.phones.add(**desk.accept(fields, urls, sid=sid, now=now))
        self.stats.count_message(message.phone, message.channel, "out", _body(message))
        answer = JSONResponse(self._resource(message), 201)
        self.statuses.start(message)
        mark_accepted(request)
        return answer

    async def _list(self, request: Request) -> Response:
        wanted = _Filter(request)
        found = [
            message
            for message in self.phones.all()
            if message.channel != "telegram" and wanted.matches(message)
        ]
        found.reverse()
        size = min(_number(request, "PageSize", 50, least=1), _MAX_PAGE)
        page = _number(request, "Page", 0, least=0)
        shown = found[page * size : (page + 1) * size]
        answer = {
            "messages": [self._resource(message) for message in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(len(shown) - 1, 0),
            "uri": _page_uri(request, page, size),
            "first_page_uri": _page_uri(request, 0, size),
            "next_page_uri": _page_uri(request, page + 1, size) if len(found) > (page + 1) * size else None,
            "previous_page_uri": _page_uri(request, page - 1, size) if page else None,
        }
        return JSONResponse(answer)

    async def _fetch(self, request: Request) -> Response:
        return JSONResponse(self._resource(self._named(request)))

    async def _media(self, request: Request) -> Response:
        message = self._named(request)
        if not message.media or request.path_params["media"] != media_sid(message):
            raise TwilioError(20404, request.url.path)
        content = self.files.get(message.media[0].file_id)
        if content is None:
            raise TwilioError(20404, request.url.path)
        return Response(content, media_type=message.media[0].content_type)

    async def _account(self, _request: Request) -> Response:
        sid = self.settings.twilio_account_sid
        return JSONResponse({"sid": sid, "friendly_name": "Sandbox", "status": "active", "type": "Full"})

    def _named(self, request: Request) -> Message:
        message = self.phones.by_provider_id(request.path_params["sid"])
        if message is None or message.channel == "telegram":
            raise TwilioError(20404, request.url.path)
        return message

    def _resource(self, message: Message) -> dict[str, Any]:
        account = self.settings.twilio_account_sid
        at = format_datetime(message.at.astimezone(UTC))
        outbound = message.direction == "out"
        uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.provider_id}"
        error = shown_error(message)
        return {
            "account_sid": account,
            "api_version": API_VERSION,
            "body": message.text,
            "date_created": at,
            "date_sent": None if message.status == "queued" else at,
            "date_updated": at,
            "direction": "outbound-api" if outbound else "inbound",
            "error_code": error,
            "error_message": None if error is None else f"Error {error}",
            "from": message.sender if outbound else address(message),
            "messaging_service_sid": None,
            "num_media": str(len(message.media)),
            "num_segments": str(message.segments or 1),
            "price": None,
            "price_unit": "USD",
            "sid": message.provider_id,
            "status": message.status if outbound else "received",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": address(message) if outbound else message.sender,
            "uri": f"{uri}.json",
        }


class _Filter:
    """Which messages a list asks for."""

    def __init__(self, request: Request) -> None:
        query = request.query_params
        self._to, self._from = query.get("To"), query.get("From")
        self._day = _moment(query.get("DateSent"))
        self._before, self._after = _moment(query.get("DateSent<")), _moment(query.get("DateSent>"))

    def matches(self, message: Message) -> bool:
        ends = (address(message), message.sender)
        to, sender = ends if message.direction == "out" else ends[::-1]
        return (
            (self._to is None or to == self._to)
            and (self._from is None or sender == self._from)
            and (self._day is None or message.at.astimezone(UTC).date() == self._day.date())
            and (self._before is None or message.at <= self._before)
            # Twilio keeps whole seconds.
            and (self._after is None or message.at >= self._after.replace(microsecond=0))
        )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TwilioError(20001, "DateSent") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _number(request: Request, name: str, default: int, *, least: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least:
        raise TwilioError(20001, name)
    return int(text)


def _page_uri(request: Request, page: int, size: int) -> str:
    query = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("Page", "PageSize")
    ]
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return f"{path}?{urlencode([*query, ('PageSize', size), ('Page', page)])}"


def _body(message: Message) -> str:
    """What tells one message from another."""
    return message.text or json.dumps([media.url for media in message.media])


async def _unknown(request: Request) -> Response:
    raise TwilioError(20404, request.url.path)
