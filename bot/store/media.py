"""The directory in which attachments are kept: one file each, under a name that says nothing."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}")


class MediaStore:
    """Files in one directory that only this user can read. A file is there as a whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, content: bytes) -> str:
        """Keep ``content``; the name under which it is found."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        handle, unfinished = tempfile.mkstemp(dir=self._folder, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(unfinished, self._folder / name)
        return name

    def path(self, name: str) -> Path | None:
        """Where the file of this name is; None where it is not (any more), or the name is none of ours."""
        if not _NAME.fullmatch(name):
            return None
        found = self._folder / name
        return found if found.is_file() else None

    def remove(self, names: Iterable[str]) -> None:
        """Remove these files; those that are gone already do not matter."""
        for name in names:
            found = self.path(name)
            if found is not None:
                found.unlink(missing_ok=True)

    def strays(self, *, known: Collection[str], older_than: float) -> list[str]:
        """Names of files that no row names, last changed before ``older_than`` (seconds since the epoch)."""
        if not self._folder.is_dir():
            return []
        return [
            file.name
            for file in self._folder.iterdir()
            if _NAME.fullmatch(file.name) and file.name not in known and file.stat().st_mtime < older_than
        ]
