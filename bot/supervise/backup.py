"""A backup is one file: the database as PostgreSQL's own tools write it, and the attachments that people sent.

Secrets are not in it: neither `.env` nor `secrets.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from bot import __version__
from bot.problem import Problem
from bot.store import migrate
from bot.supervise import embedded

DUMP = "database.dump"
MANIFEST = "manifest.json"
MEDIA = "media"
FORMAT = 1


class BackupError(Problem):
    """A backup cannot be made or brought back; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a backup holds."""

    made_at: datetime
    attachments: int


def make(url: str, media: Path, file: Path, *, now: datetime) -> Summary:
    """Write a backup of the database at ``url`` and the files in ``media``. The file is there as a whole or not at all.

    The database is read as it was at one moment, while the product may go on. Raises BackupError.
    """
    # First the database, then the files: each attachment that it names is in the backup, unless it was deleted meanwhile.
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            dump = Path(folder) / DUMP
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", url)
            manifest = Path(folder) / MANIFEST
            known = {"format": FORMAT, "version": __version__, "made_at": now.isoformat()}
            manifest.write_text(json.dumps(known), encoding="utf-8")
            whole = Path(folder) / "whole"
            attachments = _pack(whole, manifest, dump, media)
            whole.chmod(0o600)
            os.replace(whole, file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    return Summary(made_at=now, attachments=attachments)


def _pack(whole: Path, manifest: Path, dump: Path, media: Path) -> int:
    count = 0
    with tarfile.open(whole, "w") as archive:
        archive.add(manifest, MANIFEST)
        archive.add(dump, DUMP)
        for attachment in sorted(media.glob("[0-9a-f]*")) if media.is_dir() else ():
            archive.add(attachment, f"{MEDIA}/{attachment.name}", recursive=False)
            count += 1
    return count


def restore(url: str, media: Path, file: Path) -> Summary:
    """Bring a backup into the empty database at ``url``, and to the present schema. All or nothing of the database.

    Raises BackupError where the database is not empty or the file is no backup.
    """
    if not is_empty(url):
        raise BackupError("The database is not empty: a backup is only brought into an empty one.")
    try:
        with tempfile.TemporaryDirectory(prefix="restore-") as folder:
            unpacked = Path(folder)
            with tarfile.open(file) as archive:
                archive.extractall(unpacked, filter="data")
            known = json.loads((unpacked / MANIFEST).read_text(encoding="utf-8"))
            if known["format"] != FORMAT:
                raise BackupError(f"{file} was made by a newer version of the product ({known['version']}).")
            attachments = _place_media(unpacked / MEDIA, media)
            options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
            _run("pg_restore", *options, f"--dbname={url}", str(unpacked / DUMP))
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError(f"{file} is not a readable backup ({type(error).__name__}).") from error
    migrate.upgrade(url)
    return Summary(made_at=datetime.fromisoformat(known["made_at"]), attachments=attachments)


def _place_media(unpacked: Path, media: Path) -> int:
    if not unpacked.is_dir():
        return 0
    media.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = list(unpacked.iterdir())
    for attachment in files:
        target = media / attachment.name
        target.write_bytes(attachment.read_bytes())
        target.chmod(0o600)
    return len(files)


def is_empty(url: str) -> bool:
    """Whether a database holds no table of anybody's."""
    query = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row is not None and row[0] == 0


def _run(tool: str, *arguments: str) -> None:
    """One of PostgreSQL's tools. What it says of a failure may hold the address, but never the password."""
    ended = subprocess.run(
        _command(tool, arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if ended.returncode != 0:
        reason = next((line for line in ended.stderr.splitlines() if "error" in line), "it gave no reason")
        raise BackupError(f"{tool} failed: {reason.strip()}")


def _command(tool: str, arguments: Sequence[str]) -> list[str]:
    return [str(embedded.binaries() / tool), *arguments]
