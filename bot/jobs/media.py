"""The job that fetches an attachment. It has a queue and workers of its own: no answer waits for it."""

from __future__ import annotations

import asyncio
import logging

from bot.channels.media import Fetched, MediaRefused, MediaUnavailable
from bot.core.errors import NotFound
from bot.jobs.context import JobsContext
from bot.services import attachments
from bot.services.attachments import Wanted
from bot.store.engine import transaction

log = logging.getLogger(__name__)

MEDIA_TRIES = 150
"""About a day, by the pauses of sending."""


async def fetch(context: JobsContext, *, media_id: int, attempts: int) -> None:
    """Fetch and keep one attachment. Raises MediaUnavailable while another try is left."""
    wanted = await asyncio.to_thread(_wanted, context, media_id)
    if wanted is None:
        return
    try:
        fetched = await context.media_sources.fetch(wanted.channel, wanted.reference, wanted.content_type)
        await asyncio.to_thread(_store, context, media_id, fetched)
    except MediaRefused as refused:
        log.info("attachment %s is not kept: %s", media_id, refused.reason)
        await asyncio.to_thread(_give_up, context, media_id, "refused", refused.reason)
    except MediaUnavailable:
        if attempts + 1 < MEDIA_TRIES:
            raise
        log.warning("attachment %s could not be fetched", media_id)
        await asyncio.to_thread(_give_up, context, media_id, "failed", "unavailable")


def _wanted(context: JobsContext, media_id: int) -> Wanted | None:
    with context.sessions() as session:
        return attachments.wanted(session, media_id=media_id)


def _store(context: JobsContext, media_id: int, fetched: Fetched) -> None:
    name = context.media.write(fetched.content)
    try:
        with transaction(context.sessions) as session:
            attachments.stored(
                session,
                media_id=media_id,
                name=name,
                content_type=fetched.content_type,
                size=len(fetched.content),
                now=context.clock(),
            )
    except NotFound:
        context.media.remove([name])


def _give_up(context: JobsContext, media_id: int, status: str, reason: str) -> None:
    with transaction(context.sessions) as session:
        attachments.given_up(session, media_id=media_id, status=status, reason=reason)
