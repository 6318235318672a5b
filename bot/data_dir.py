"""Where the product keeps what it writes: one directory, one installation."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A Unix socket's whole path has to fit in 104 bytes (macOS) or 108 (Linux); PostgreSQL appends a name of 14.
_LONGEST_SOCKET_DIRECTORY = 85

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class DataDir:
    """The layout of a data directory; nothing here touches the disk."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The embedded database's cluster."""
        return self.root / "postgres"

    @property
    def run(self) -> Path:
        """What lives as long as a run: lock, process ids, the process manager's configuration."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One log a process, rotated."""
        return self.root / "logs"

    @property
    def models(self) -> Path:
        """Trained models, named by a hash of what they were trained from."""
        return self.root / "models"

    @property
    def media(self) -> Path:
        """Attachments that people sent; mode 700."""
        return self.root / "media"

    @property
    def secrets(self) -> Path:
        """What was generated for this installation; mode 600."""
        return self.root / "secrets.json"

    @property
    def lock(self) -> Path:
        """Held while the product runs with this directory."""
        return self.run / "lock"

    @property
    def sockets(self) -> Path:
        """A private directory for Unix sockets: inside `run`, or under the temporary directory when that is
        too deep.

        A socket's path is short by nature; the name under the temporary directory is derived from this
        directory and from the user, so that every process of one installation finds the same place.
        """
        inside = self.run / "sockets"
        if len(os.fsencode(str(inside))) <= _LONGEST_SOCKET_DIRECTORY:
            return inside
        key = hashlib.sha256(os.fsencode(f"{os.getuid()}:{self.root}")).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"caravan-{key}"

    @property
    def database_socket(self) -> Path:
        """The directory of the embedded database's socket; owned by the user that the database runs as."""
        return self.sockets / "db"

    def embedded_database_url(self, name: str = "caravan") -> str:
        """The address of a database of the embedded server: a socket only we can reach, so no password."""
        return f"postgresql://caravan@/{name}?host={quote(str(self.database_socket), safe='')}"

    @property
    def supervisor_socket(self) -> Path:
        """The process manager's control socket."""
        return self.sockets / "supervisor"


def locate(value: Path) -> DataDir:
    """The data directory at `value`; a relative path starts at the project's own directory."""
    return DataDir(root=(PROJECT_ROOT / value.expanduser()).resolve())
