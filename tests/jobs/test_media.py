"""The job that fetches an attachment, beside the turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from bot.channels.media import Fetched, MediaRefused, MediaSources, MediaUnavailable
from bot.core.messages import InboundKind, MediaItem
from bot.jobs import media
from bot.jobs.context import JobsContext
from bot.jobs.media import MEDIA_TRIES
from bot.store.engine import Sessions
from bot.store.models import MediaFile
from tests.jobs.conftest import Receive

VOICE = MediaItem(reference="https://api.twilio.com/x", content_type="audio/ogg")


class Source:
    """Gives what it is told to."""

    def __init__(self, answer: Callable[[], Fetched]) -> None:
        self._answer = answer
        self.asked: list[tuple[str, str]] = []

    async def fetch(self, reference: str, content_type: str) -> Fetched:
        self.asked.append((reference, content_type))
        return self._answer()

    async def close(self) -> None:
        """Nothing is open."""


def gives() -> Fetched:
    return Fetched(content=b"OggS", content_type="audio/ogg")


def refuses() -> Fetched:
    raise MediaRefused("too_large")


def fails() -> Fetched:
    raise MediaUnavailable("HTTP 503")


def fetch(context: JobsContext, source: Source, attempts: int = 0) -> None:
    there = replace(context, media_sources=MediaSources(twilio=source, telegram=None))
    asyncio.run(media.fetch(there, media_id=1, attempts=attempts))


def row(sessions: Sessions) -> MediaFile:
    with sessions() as session:
        return session.scalars(select(MediaFile)).one()


@pytest.fixture
def note(receive: Receive) -> int:
    return receive(kind=InboundKind.MEDIA, text="", media=(VOICE,))


def test_an_attachment_has_a_job_of_its_own_that_nothing_waits_for(sessions: Sessions, note: int) -> None:
    with sessions() as session:
        jobs = session.execute(text("SELECT queue_name, task_name, lock FROM procrastinate_jobs ORDER BY id"))
        assert [tuple(job) for job in jobs] == [
            ("default", "inbound", "conversation:1"),
            ("media", "media", "media:1"),
        ]


def test_an_attachment_is_kept_once(context: JobsContext, sessions: Sessions, note: int) -> None:
    source = Source(gives)
    for _ in range(2):
        fetch(context, source)
    assert source.asked == [("https://api.twilio.com/x", "audio/ogg")]
    kept = row(sessions)
    assert (kept.status, kept.content_type, kept.size) == ("stored", "audio/ogg", 4)
    assert kept.name is not None
    path = context.media.path(kept.name)
    assert path is not None
    assert path.read_bytes() == b"OggS"


def test_what_is_not_kept_says_why(context: JobsContext, sessions: Sessions, note: int) -> None:
    fetch(context, Source(refuses))
    assert (row(sessions).status, row(sessions).reason) == ("refused", "too_large")


def test_what_cannot_be_had_is_tried_again_and_given_up(
    context: JobsContext, sessions: Sessions, note: int
) -> None:
    with pytest.raises(MediaUnavailable):
        fetch(context, Source(fails), MEDIA_TRIES - 2)
    assert row(sessions).status == "waiting"
    fetch(context, Source(fails), MEDIA_TRIES - 1)
    assert (row(sessions).status, row(sessions).reason) == ("failed", "unavailable")


def test_somebody_erased_meanwhile_is_no_reason_to_fail(context: JobsContext) -> None:
    fetch(context, Source(gives))
