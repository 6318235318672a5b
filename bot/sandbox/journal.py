"""The journal: an append-only file of JSON lines, so that a restarted sandbox still shows the messages."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)


class Journal:
    """Entries of a kind with data, in the order they were written. One process writes one journal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._end_last_line()
        self._file = path.open("a", encoding="utf-8")

    def append(self, kind: str, data: dict[str, Any]) -> None:
        """Write one entry. Raises OSError where the disk does not take it."""
        self._file.write(json.dumps({"kind": kind, "data": data}, ensure_ascii=False) + "\n")
        self._file.flush()

    def entries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All entries, oldest first; a line that was cut off by a crash is passed over."""
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                entry = _parse(line)
                if entry is None:
                    logger.warning("journal: line %d is not readable and is passed over", number)
                else:
                    yield entry

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _end_last_line(self) -> None:
        """What a crash left of the last line must not swallow the next entry."""
        if not self._path.exists() or self._path.stat().st_size == 0:
            return
        with self._path.open("rb+") as file:
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")


def _parse(line: bytes) -> tuple[str, dict[str, Any]] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("kind"), str)
        or not isinstance(entry.get("data"), dict)
    ):
        return None
    return entry["kind"], entry["data"]
