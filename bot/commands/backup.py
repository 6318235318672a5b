"""Writes a backup of the database and the attachments to one file."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from bot.config import load_settings
from bot.progress import say
from bot.supervise import backup, database


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to write it."""
    parser.add_argument("file", type=Path, help="the file to write; an older one is replaced")


def execute(arguments: argparse.Namespace) -> int:
    """The product may run meanwhile."""
    settings = load_settings()
    with database.available(settings) as url:
        made = backup.make(url, settings.data.media, arguments.file.absolute(), now=datetime.now(UTC))
    say(f"{arguments.file} holds the database and {made.attachments} attachments. Secrets are not in it.")
    return 0
