"""Brings the database to the present schema."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.store import migrate
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: DATABASE_URL or DATA_DIR says which database."""


def execute(arguments: argparse.Namespace) -> int:
    """Returns when every migration has run."""
    with database.available(load_settings()) as url:
        migrate.upgrade(url)
    return 0
