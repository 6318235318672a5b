"""Fills the sandbox with made-up people, for trials of a full console."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.core.errors import AnaM3akError
from bot.problem import Problem
from bot.progress import say
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """How much, and from which seed."""
    parser.add_argument("--conversations", type=int, default=10_000, help="how many conversations (10000)")
    parser.add_argument("--messages", type=int, default=100_000, help="how many messages in all (100000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people (1)")


def execute(arguments: argparse.Namespace) -> int:
    """Loads all or nothing. Refuses to touch a database of real people."""
    # Imported here: the other commands do not pay for the store and the services.
    from bot.services import sample_load
    from bot.store.clock import product_clock
    from bot.store.engine import make_engine, make_sessions, transaction

    settings = load_settings()
    if not settings.sandbox:
        raise Problem(
            "Made-up people belong in the sandbox only: start with SANDBOX=1 and a DATA_DIR of its own."
        )
    with database.available(settings) as url:
        engine = make_engine(url)
        try:
            sessions = make_sessions(engine)
            now = product_clock(sessions, movable=True)()
            with transaction(sessions) as session:
                made = sample_load.load(
                    session,
                    conversations=arguments.conversations,
                    messages=arguments.messages,
                    seed=arguments.seed,
                    now=now,
                )
        except AnaM3akError as problem:
            raise Problem(str(problem)) from None
        finally:
            engine.dispose()
    say(
        f"{made.conversations} conversations, {made.messages} messages, {made.bookings} bookings and "
        f"{made.ideas} ideas of made-up people are there."
    )
    return 0
