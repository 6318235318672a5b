"""Erases a person who asked for it."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.core.errors import AnaM3akError
from bot.core.phone import mobile
from bot.problem import Problem
from bot.progress import say
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """The phone number, or the address on a channel."""
    parser.add_argument("who", help="a phone number in any form, or a Telegram chat id")


def execute(arguments: argparse.Namespace) -> int:
    """Everything about the person, or nothing."""
    # Imported here: the other commands do not pay for the store and the services.
    from bot.services import erasure
    from bot.store import media as media_store
    from bot.store.clock import product_clock
    from bot.store.engine import make_engine, make_sessions, transaction

    settings = load_settings()
    with database.available(settings) as url:
        engine = make_engine(url)
        try:
            sessions = make_sessions(engine)
            now = product_clock(sessions, movable=settings.sandbox)()
            with transaction(sessions) as session:
                who = mobile(arguments.who) or arguments.who
                erased = erasure.erase(session, phone_or_address=who, now=now)
            media_store.MediaStore(settings.data.media).remove(erased.media)
        except AnaM3akError as problem:
            raise Problem(f"{problem}.".capitalize()) from None
        finally:
            engine.dispose()
    say(f"Erased: {erased.contacts}.")
    return 0
