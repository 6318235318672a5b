"""The sandbox put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from bot.sandbox import page, telegram_request, twilio_errors
from bot.sandbox.api import SandboxApi
from bot.sandbox.callbacks import StatusRunner
from bot.sandbox.clock import ProductClock
from bot.sandbox.connections import ProviderListener
from bot.sandbox.content import Contents
from bot.sandbox.delivery import Deliverer
from bot.sandbox.faults import FaultBox
from bot.sandbox.files import FileStore
from bot.sandbox.gate import FaultGate
from bot.sandbox.journal import Journal
from bot.sandbox.phones import Phones
from bot.sandbox.sending import PhoneSender
from bot.sandbox.settings import HOST, Settings
from bot.sandbox.stats import Stats
from bot.sandbox.telegram_api import TelegramApi
from bot.sandbox.telegram_bot import WEBHOOK_PATH, BotWebhook, TelegramBot
from bot.sandbox.telegram_sending import TelegramSending
from bot.sandbox.twilio_api import TwilioApi


class Sandbox:
    """All parts, wired. It belongs to the event loop that runs its application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Many webhooks may be under way while the product is slow.
        self._client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None), trust_env=False)
        self._journal = Journal(settings.directory / "journal.jsonl")
        self._files = FileStore(settings.directory / "files")
        self._faults, self._stats = FaultBox(), Stats()
        self._clock = ProductClock(self._client, settings.product_url)
        self._phones = Phones(self._journal)
        self._contents = Contents(self._journal)
        self._bot = TelegramBot(self._journal, self._phones, self._default_webhook())
        self._replay()
        deliverer = Deliverer(self._client, settings, self._faults, self._stats)
        self._statuses = StatusRunner(self._phones, deliverer, self._faults, settings)
        self._sender = PhoneSender(
            settings=settings,
            phones=self._phones,
            bot=self._bot,
            clock=self._clock,
            files=self._files,
            deliverer=deliverer,
            stats=self._stats,
        )

    def app(self) -> Starlette:
        """The application: the page, the sandbox's routes, and the provider APIs."""
        providers = self._provider_routes()
        listener = None
        if self._settings.provider_port is not None:
            listener = ProviderListener(Starlette(routes=providers), HOST, self._settings.provider_port)
        api = SandboxApi(
            phones=self._phones,
            sender=self._sender,
            faults=self._faults,
            stats=self._stats,
            files=self._files,
            listener=listener,
        )

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            if listener is not None:
                await listener.open()
            self._phones.fail_unfinished()
            self._statuses.resume()
            yield
            if listener is not None:
                await listener.close()
            await self._close()

        return Starlette(routes=[*api.routes(), *page.routes(), *providers], lifespan=lifespan)

    def _provider_routes(self) -> list[BaseRoute]:
        return [Mount("/twilio", self._twilio()), Mount("/telegram", self._telegram())]

    def _twilio(self) -> FaultGate:
        api = TwilioApi(
            settings=self._settings,
            phones=self._phones,
            contents=self._contents,
            clock=self._clock,
            statuses=self._statuses,
            files=self._files,
            stats=self._stats,
        )
        return FaultGate(api.app(), faults=self._faults, stats=self._stats, answer=twilio_errors.fault_answer)

    def _telegram(self) -> FaultGate:
        sending = TelegramSending(
            settings=self._settings,
            phones=self._phones,
            clock=self._clock,
            files=self._files,
            stats=self._stats,
        )
        api = TelegramApi(
            settings=self._settings,
            phones=self._phones,
            bot=self._bot,
            files=self._files,
            sending=sending,
            sender=self._sender,
        )
        return FaultGate(
            api.app(), faults=self._faults, stats=self._stats, answer=telegram_request.fault_answer
        )

    def _default_webhook(self) -> BotWebhook:
        url = f"{self._settings.public_base_url}{WEBHOOK_PATH}"
        return BotWebhook(url=url, secret=self._settings.telegram_webhook_secret)

    def _replay(self) -> None:
        for kind, data in self._journal.entries():
            self._phones.replay(kind, data)
            self._contents.replay(kind, data)
            self._bot.replay(kind, data)

    async def _close(self) -> None:
        await self._statuses.close()
        await self._sender.close()
        await self._client.aclose()
        self._journal.close()
