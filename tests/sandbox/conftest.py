"""A running sandbox and a product that only records its webhooks, both on free ports of loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.app import Sandbox
from bot.sandbox.settings import HOST, Settings

from .fake_product import FakeProduct
from .serving import Server, free_port

ACCOUNT = "AC" + "0" * 31 + "1"
StartSandbox = Callable[[], "RunningSandbox"]


class RunningSandbox:
    """The sandbox, served; calls go over HTTP as they do in reality."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server = Server(Sandbox(settings).app(), settings.port)
        self.url = f"http://{HOST}:{settings.port}"
        self.http = httpx.Client(base_url=self.url, timeout=10)
        self.closing: list[Callable[[], object]] = [self.http.close]

    def send(self, phone: str, **body: object) -> httpx.Response:
        """A person sends."""
        return self.http.post(f"/sandbox/phones/{phone.replace('+', '%2B')}/messages", json=body)

    def messages(self, phone: str, after: int = 0) -> list[dict[str, Any]]:
        """What stands on a phone."""
        path = f"/sandbox/phones/{phone.replace('+', '%2B')}/messages"
        answer = self.http.get(path, params={"after": after})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def faults(self, **changes: object) -> None:
        """Change the faults."""
        answer = self.http.put("/sandbox/faults", json=changes)
        assert answer.status_code == 200, answer.text

    def stop(self) -> None:
        """Stop serving."""
        for close in self.closing:
            close()
        self._server.stop()


@pytest.fixture
def product() -> Iterator[FakeProduct]:
    fake = FakeProduct()
    yield fake
    fake.stop()


@pytest.fixture
def settings(product: FakeProduct, tmp_path: Path) -> Settings:
    return Settings(
        port=free_port(),
        provider_port=free_port(),
        public_base_url="https://caravan.example.org/base",
        product_url=product.url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token="a" * 32,
        twilio_whatsapp_from="+14155238886",
        twilio_sms_from="CARAVANE",
        telegram_bot_token="123456:" + "A" * 35,
        telegram_webhook_secret="secret-of-the-webhook",
        data_dir=tmp_path,
    )


@pytest.fixture
def start_sandbox(settings: Settings) -> Iterator[StartSandbox]:
    """Start the sandbox, again and again on the same data."""
    started: list[RunningSandbox] = []

    def start() -> RunningSandbox:
        if started:
            started.pop().stop()
        started.append(RunningSandbox(settings))
        return started[-1]

    yield start
    if started:
        started.pop().stop()


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox()
