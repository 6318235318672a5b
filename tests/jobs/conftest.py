"""A worker's context over a real database, with an assistant and providers that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.errors import FailureKind, SendError
from bot.channels.media import MediaSources
from bot.channels.senders import Senders
from bot.core.messages import Channel, InboundKind, InboundMessage, OutboundContent, SendResult
from bot.core.retention_rules import Periods
from bot.core.texts import default_texts
from bot.jobs import outbound
from bot.jobs.context import JobsContext
from bot.services import receiving
from bot.services.ladder import Ladder
from bot.store.engine import Sessions, transaction
from bot.store.media import MediaStore
from tests.assistant import FakeAssistant
from tests.services.conftest import caravan, make_conversation, make_stop

__all__ = ["caravan", "make_conversation", "make_stop"]

Receive = Callable[..., int]


@dataclass
class StandingClock:
    """A clock that moves when it is told to."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


class FakeSenders(Senders):
    """Providers that take every message, unless ``errors`` holds what they do instead; ``listed`` is what a list of theirs shows."""

    def __init__(self) -> None:
        super().__init__(twilio=None, telegram=None)
        self.sent: list[OutboundContent] = []
        self.callbacks: list[str] = []
        self.errors: list[SendError] = []
        self.listed: SendResult | SendError | None = None
        self.asked: list[tuple[datetime, Collection[str]]] = []

    async def send(self, content: OutboundContent) -> SendResult:
        self.sent.append(content)
        if self.errors:
            raise self.errors.pop(0)
        return SendResult(provider_id=f"SM{len(self.sent)}")

    async def reconcile(
        self, content: OutboundContent, *, created_at: datetime, known_ids: Collection[str] = ()
    ) -> SendResult | None:
        self.asked.append((created_at, known_ids))
        if isinstance(self.listed, SendError):
            raise self.listed
        return self.listed

    async def answer_callback(self, callback_id: str) -> bool:
        self.callbacks.append(callback_id)
        return True


def failure(kind: FailureKind, code: str = "code", retry_after: float | None = None) -> SendError:
    """What a provider raises."""
    return SendError(kind=kind, code=code, retry_after=retry_after)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> FakeSenders:
    """Providers whose lists are up to date at once."""
    monkeypatch.setattr(outbound, "LISTING_DELAY", 0.0)
    return FakeSenders()


@pytest.fixture
def context(
    sessions: Sessions,
    clock: StandingClock,
    assistant: FakeAssistant,
    senders: FakeSenders,
    tmp_path: Path,
) -> JobsContext:
    return JobsContext(
        sessions=sessions,
        clock=clock,
        texts=default_texts(),
        senders=senders,
        assistant=assistant,
        rasa_urls=("http://rasa.invalid",),
        turn_token="turn-token",
        commune_at=lambda point: None,
        commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
        media=MediaStore(tmp_path / "media"),
        media_sources=MediaSources(twilio=None, telegram=None),
        sender_names={},
        retention=Periods(),
        ladder=Ladder(texts=default_texts(), templates={}),
        console_url="https://caravan.example.org",
    )


@pytest.fixture
def receive(sessions: Sessions, now: datetime) -> Receive:
    """Stores a message of somebody on WhatsApp; keyword arguments replace its values."""

    def store(provider_id: str = "SM1", **changes: Any) -> int:
        values: dict[str, Any] = {
            "channel": Channel.WHATSAPP,
            "address": "+212612345678",
            "kind": InboundKind.TEXT,
            "text": "salam",
            "raw": {},
        }
        message = InboundMessage(provider_id=provider_id, **(values | changes))
        with transaction(sessions) as session:
            stored = receiving.receive(session, message, now=now)
        assert stored is not None
        return stored

    return store
