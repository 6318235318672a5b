"""Makes the caravan of a file the current one."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.config import load_settings
from bot.core.errors import AnaM3akError
from bot.problem import Problem
from bot.progress import say
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument(
        "file", type=Path, help="a caravan file, for instance a changed copy of bot/caravans/khemisset.yml"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Loads all of the file or nothing of it."""
    # Imported here: the other commands do not pay for the store and the services.
    from bot.services import caravan_files
    from bot.store.clock import product_clock
    from bot.store.engine import make_engine, make_sessions, transaction

    if not arguments.file.is_file():
        raise Problem(f"There is no file {arguments.file}.")
    settings = load_settings()
    with database.available(settings) as url:
        engine = make_engine(url)
        try:
            sessions = make_sessions(engine)
            now = product_clock(sessions, movable=settings.sandbox)()
            with transaction(sessions) as session:
                caravan = caravan_files.load_from(session, arguments.file, now=now)
                say(f"{caravan.code} is the current caravan now: {len(caravan.stops)} stops.")
        except AnaM3akError as problem:
            raise Problem(str(problem)) from None
        finally:
            engine.dispose()
    return 0
