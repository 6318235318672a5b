"""The web service over a real database, and people and providers who call it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from bot.config import Settings
from bot.store.engine import Sessions
from bot.web.app import create_app

PUBLIC = "https://caravan.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "telegram-secret"
Browser = httpx.Client


class InProcess(httpx.BaseTransport):
    """Carries the requests of a plain client to the service without a socket."""

    def __init__(self, portal: BlockingPortal, app: FastAPI) -> None:
        self._portal = portal
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        return self._portal.call(self._ask, asked)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))


@dataclass
class StandingClock:
    """A clock that moves when it is told to."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Neighbours:
    """The other processes, as far as the web service talks to them; ``answers`` maps a URL's start to what
    it says.
    """

    answers: dict[str, Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    seen: list[httpx.Request] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        for start, answer in self.answers.items():
            if str(request.url).startswith(start):
                said = answer(request)
                return httpx.Response(
                    said.status_code, headers=said.headers, stream=httpx.ByteStream(said.content)
                )
        raise httpx.ConnectError("nobody listens there")


@dataclass(frozen=True, kw_only=True)
class Providers:
    """Twilio and Telegram calling the webhooks, signed as they sign."""

    client: Browser

    def twilio(
        self, path: str, fields: dict[str, str], *, token: str = TOKEN, **options: Any
    ) -> httpx.Response:
        signature = RequestValidator(token).compute_signature(f"{PUBLIC}{path}", fields)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        headers |= options.pop("headers", {})
        return self.client.post(path, content=urlencode(fields), headers=headers, **options)

    def whatsapp(
        self, text: str, *, sid: str = "SM1", phone: str = "+212612345678", **more: str
    ) -> httpx.Response:
        fields = {
            "MessageSid": sid,
            "From": f"whatsapp:{phone}",
            "To": "whatsapp:+99900000001",
            "WaId": phone.removeprefix("+"),
            "Body": text,
            "NumMedia": "0",
            "MessageType": "text",
            "ProfileName": "Fatima",
        }
        return self.twilio("/webhooks/twilio/messages", fields | more)

    def telegram(self, update: object, *, secret: str | None = SECRET) -> httpx.Response:
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        return self.client.post("/webhooks/telegram", content=body, headers=headers)


@pytest.fixture
def settings() -> Settings:
    return Settings(
        _env_file=None,
        port=8000,
        host="127.0.0.1",
        public_base_url=PUBLIC,
        sandbox=True,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from="+99900000001",
        twilio_sms_from="+99900000002",
        telegram_bot_token="123456789:token",
        telegram_webhook_secret=SECRET,
        session_secret="session-secret",
        sandbox_url="http://sandbox.invalid",
        actions_url="http://actions.invalid",
        rasa_url="http://rasa.invalid",
    )


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def neighbours() -> Neighbours:
    return Neighbours()


@pytest.fixture
def app_options() -> dict[str, Any]:
    """What a test module gives to the service besides settings."""
    return {}


@pytest.fixture
def make_app(
    settings: Settings,
    sessions: Sessions,
    clock: StandingClock,
    neighbours: Neighbours,
    app_options: dict[str, Any],
) -> Callable[..., FastAPI]:
    """Makes the service; keyword arguments replace settings, and ``sessions`` or ``clock``."""

    def make(**changes: Any) -> FastAPI:
        chosen = changes.pop("sessions", sessions)
        product_clock = changes.pop("clock", clock)
        return create_app(
            settings.model_copy(update=changes),
            chosen,
            product_clock,
            wall_clock=clock,
            pauses=(0.01,),
            transport=httpx.MockTransport(neighbours),
            **app_options,
        )

    return make


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def make_client(make_app: Callable[..., FastAPI], portal: BlockingPortal) -> Iterator[Callable[..., Browser]]:
    """Browsers or providers; each has its own cookies. Errors of the service do not reach the test as
    exceptions.
    """
    with ExitStack() as stack:

        def make(**changes: Any) -> Browser:
            app = make_app(**changes)
            # Without a socket nobody can follow a stream: each ends at once.
            app.state.web.changes.close()
            stack.enter_context(portal.wrap_async_context_manager(app.router.lifespan_context(app)))
            transport = InProcess(portal, app)
            return stack.enter_context(Browser(transport=transport, base_url=PUBLIC, follow_redirects=False))

        yield make


@pytest.fixture
def client(make_client: Callable[..., Browser]) -> Browser:
    return make_client()


@pytest.fixture
def providers(client: Browser) -> Providers:
    return Providers(client=client)


@pytest.fixture
def providers_of() -> Callable[[Browser], Providers]:
    return lambda client: Providers(client=client)
