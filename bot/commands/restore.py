"""Brings a backup into an empty installation."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.config import load_settings
from bot.progress import say
from bot.supervise import backup, database, instance


def configure(parser: argparse.ArgumentParser) -> None:
    """Which backup."""
    parser.add_argument("file", type=Path, help="a file that `backup` has written")


def execute(arguments: argparse.Namespace) -> int:
    """Refuses a database that holds anything, and a product that runs."""
    settings = load_settings()
    if instance.running_process(settings.data) is not None:
        raise backup.BackupError("The product runs with this DATA_DIR: stop it first.")
    with database.available(settings) as url:
        found = backup.restore(url, settings.data.media, arguments.file)
    say(f"The state of {found.made_at:%Y-%m-%d %H:%M %Z} is back, with {found.attachments} attachments.")
    return 0
