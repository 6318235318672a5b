from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.core.messages import Channel
from bot.services import handoffs
from bot.store.engine import Sessions, transaction
from bot.store.models import Contact, ContactAddress, Conversation, InboundMessage
from bot.web.changes import Changes, News

SECONDS = 20


@pytest.fixture
def talks(sessions: Sessions, now: datetime) -> list[int]:
    """Two conversations, both with the assistant."""
    with transaction(sessions) as session:
        found = []
        for number in range(2):
            contact = Contact(created_at=now)
            session.add(contact)
            session.flush()
            address = ContactAddress(
                contact_id=contact.id, channel=Channel.WHATSAPP.value, address=f"+21261234567{number}"
            )
            session.add(address)
            session.flush()
            talk = Conversation(
                address_id=address.id, contact_id=contact.id, created_at=now, last_activity_at=now
            )
            session.add(talk)
            session.flush()
            found.append(talk.id)
        return found


def write(sessions: Sessions, talk_id: int, now: datetime, number: int = 1) -> None:
    with transaction(sessions) as session:
        message = InboundMessage(
            conversation_id=talk_id,
            channel="whatsapp",
            provider_id=f"SM{talk_id}-{number}",
            kind="text",
            text="salam",
            raw={},
            received_at=now,
        )
        session.add(message)


def played(database_url: str, story: Callable[[Changes], Awaitable[None]]) -> None:
    async def play() -> None:
        changes = Changes(database_url)
        try:
            await story(changes)
        finally:
            changes.close()

    asyncio.run(play())


def test_watchers_are_told_of_conversations_in_human_hands(
    database_url: str, sessions: Sessions, talks: list[int], now: datetime
) -> None:
    first, second = talks

    async def story(changes: Changes) -> None:
        with changes.watch(first) as one, changes.watch(second) as other, changes.watch(None) as every:
            # At the beginning each looks once, for what it may have missed.
            assert [await each.wait(SECONDS) for each in (one, other, every)] == [News.CHANGED] * 3
            write(sessions, first, now)
            with transaction(sessions) as session:
                handoffs.request(session, conversation_id=second, reason="asked", now=now)
            assert await other.wait(SECONDS) is News.CHANGED
            assert await every.wait(SECONDS) is News.CHANGED
            # What the assistant answers is told to nobody.
            assert await one.wait(0) is News.NOTHING
            write(sessions, second, now)
            assert await other.wait(SECONDS) is News.CHANGED
            # Who goes on with the assistant still waits for somebody who watches.
            with transaction(sessions) as session:
                session.get_one(Conversation, second).talker = "assistant"
            write(sessions, second, now, number=2)
            assert await other.wait(SECONDS) is News.CHANGED

    played(database_url, story)


def test_a_lost_connection_ends_the_watchers_and_is_made_anew(
    database_url: str, sessions: Sessions, talks: list[int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.changes.PAUSES", (0.05,))

    async def story(changes: Changes) -> None:
        with changes.watch(None) as watcher:
            assert await watcher.wait(SECONDS) is News.CHANGED
            with transaction(sessions) as session:
                session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
                    )
                )
            assert await watcher.wait(SECONDS) is News.OVER
        async with asyncio.timeout(SECONDS):
            while True:
                await asyncio.sleep(0.05)
                with changes.watch(None) as anew:
                    if await anew.wait(0.05) is News.CHANGED:
                        return

    played(database_url, story)


def test_many_changes_are_one(database_url: str, sessions: Sessions, talks: list[int], now: datetime) -> None:
    async def story(changes: Changes) -> None:
        with changes.watch(None) as watcher:
            assert await watcher.wait(SECONDS) is News.CHANGED
            watcher.tell()
            resting = asyncio.create_task(watcher.rest(0.05))
            watcher.tell()
            await resting
            assert await watcher.wait(0) is News.CHANGED
            assert await watcher.wait(0) is News.NOTHING

    played(database_url, story)


def test_a_process_that_stops_lets_go_of_whoever_watches(database_url: str) -> None:
    async def story(changes: Changes) -> None:
        with changes.watch(None) as watcher:
            changes.close()
            assert await watcher.wait(SECONDS) is News.OVER
            await watcher.rest(3600)
        with changes.watch(1) as late:
            assert await late.wait(SECONDS) is News.OVER

    played(database_url, story)
