"""Files that phones and bots exchange, on disk beside the journal."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

MAX_BYTES = 20 * 1024 * 1024
_FILE_ID = re.compile(r"[0-9a-f]{32}")


class FileStore:
    """Files by id. The content type is kept by whoever keeps the id."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        """Keep a file and give it an id."""
        file_id = secrets.token_hex(16)
        (self._directory / file_id).write_bytes(content)
        return file_id

    def get(self, file_id: str) -> bytes | None:
        """A file's content; None where there is none of this id."""
        if not _FILE_ID.fullmatch(file_id):
            return None
        path = self._directory / file_id
        return path.read_bytes() if path.is_file() else None
