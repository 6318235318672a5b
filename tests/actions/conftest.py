"""The example caravan in a database, and people who talk with the actions as Rasa would run them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actions import runtime
from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.gazetteer import Gazetteer
from bot.services import caravan_files, contacts
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from tests.actions.talk import Talk
from tests.databases import Databases

EXAMPLE = Path(__file__).parents[2] / "bot/caravans/khemisset.yml"
INSTALLED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The example counts its days from here: its first stop is Khémisset on Friday 27 November."""
MakeTalk = Callable[..., Talk]


@pytest.fixture(scope="session")
def template(databases: Databases, template: str) -> str:
    """A database with the caravan loaded, which is cloned for each test."""
    name = f"{template}_caravan"
    engine = make_engine(databases.copy(template, name))
    file = caravan_files.read(EXAMPLE, Gazetteer.load("04.291"), INSTALLED.date())
    with transaction(make_sessions(engine)) as session:
        caravan_files.load(session, file, now=INSTALLED)
    engine.dispose()
    return name


@pytest.fixture
def actions_database(
    database_url: str, monkeypatch: pytest.MonkeyPatch, sessions: Sessions
) -> Iterator[Sessions]:
    """The database that the actions use, told to them by the environment as in the product."""
    monkeypatch.setenv("SETTINGS_RESOLVED", "1")
    monkeypatch.setenv("DATABASE_URL", database_url)
    runtime.sessions.cache_clear()
    yield sessions
    runtime.sessions().kw["bind"].dispose()
    runtime.sessions.cache_clear()


@pytest.fixture
def make_talk(actions_database: Sessions, now: datetime) -> MakeTalk:
    """Makes somebody's first message possible: on WhatsApp the number is known, on Telegram it is not."""

    def make(address: str = "+212612345678", channel: Channel = Channel.WHATSAPP) -> Talk:
        phone = address if channel is Channel.WHATSAPP else None
        with transaction(actions_database) as session:
            conversation = contacts.conversation_for(
                session, channel=channel, address=address, profile_name="Sara", phone=phone, now=now
            )
        return Talk(sessions=actions_database, conversation=conversation, now=now.astimezone(CASABLANCA))

    return make


@pytest.fixture
def talk(make_talk: MakeTalk) -> Talk:
    """Sara, who writes on WhatsApp."""
    return make_talk()
