"""The worker: ``python -m bot.jobs``."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import uvloop
from procrastinate import App
from procrastinate.jobs import DeleteJobCondition

from bot.channels import telegram_setup
from bot.channels.errors import SendError
from bot.channels.telegram_api import make_bot
from bot.config import Settings, SettingsError, load_settings
from bot.core.garbage import leave_the_start_alone
from bot.jobs.context import database_url, make_context
from bot.jobs.tasks import register
from bot.jobs.ticker import STALLED_AFTER, tick_forever
from bot.logs import configure_logs
from bot.store.engine import libpq_url
from bot.store.queue import MEDIA_QUEUE, SEND_QUEUE, TALK_QUEUE, worker_app

log = logging.getLogger(__name__)
AT_ONCE = {TALK_QUEUE: 16, SEND_QUEUE: 8, MEDIA_QUEUE: 2}
"""Jobs of each queue that are under way at once. A queue has its own, so that none waits for another's."""
THREADS = 32
"""For calls that block: the database, Twilio's package. More than there are jobs at once, whatever the number of cores."""
DRAIN_SECONDS = 4.0
ANNOUNCE_AGAIN = 30.0


async def main(settings: Settings) -> None:
    """Work until a signal comes; jobs that run are finished first."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    context = make_context(settings)
    app = worker_app(libpq_url(database_url(settings)))
    register(app, context)
    leave_the_start_alone()
    async with app.open_async():
        beside = [
            asyncio.create_task(tick_forever(context, app)),
            asyncio.create_task(announce_webhook(settings)),
        ]
        try:
            await work_until_told(app)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await context.assistant.close()
            await context.senders.close()
            await context.media_sources.close()


async def work_until_told(app: App) -> None:
    """Run the jobs of all queues until SIGTERM or SIGINT comes."""
    queues = [asyncio.create_task(work(app, queue, concurrency=many)) for queue, many in AT_ONCE.items()]

    def stop() -> None:
        for task in queues:
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await asyncio.gather(*queues)
    except asyncio.CancelledError:
        await asyncio.gather(*queues, return_exceptions=True)
    finally:
        stop()


async def work(app: App, queue: str, *, concurrency: int) -> None:
    """Run jobs of one queue until cancelled. Jobs that run get a few seconds to end; those that do not go back to the queue."""
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=3.0,
        stalled_worker_timeout=STALLED_AFTER,
        shutdown_graceful_timeout=DRAIN_SECONDS,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
        install_signal_handlers=False,
    )


async def announce_webhook(settings: Settings) -> None:
    """Tell Telegram where to post, until it has heard; meanwhile the rest goes on."""
    if settings.telegram is None or settings.telegram.polling:
        return
    bot = make_bot(token=settings.telegram.token, api_base_url=settings.telegram.api_base_url)
    while True:
        try:
            await telegram_setup.use_webhook(
                bot, public_base_url=settings.base_url, secret=settings.telegram.webhook_secret
            )
        except SendError as error:
            log.error("Telegram did not accept the webhook address: %s", error)
            await asyncio.sleep(ANNOUNCE_AGAIN)
        else:
            return


if __name__ == "__main__":
    try:
        loaded = load_settings()
        configure_logs(loaded.log_level)
        uvloop.run(main(loaded))
    except SettingsError as problem:
        sys.exit(str(problem))
