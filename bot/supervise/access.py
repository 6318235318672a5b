"""Files for a user other than root: PostgreSQL refuses to run as root, so root runs it as somebody with fewer
rights.
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from bot.supervise.errors import DatabaseError

_CANDIDATES = ("postgres", "nobody")


def database_user() -> str | None:
    """Whom the embedded database runs as: None for this process's own user, else a system user."""
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise DatabaseError(
        "PostgreSQL does not run as root and there is no user `postgres` or `nobody` to run it as: add "
        "one, start as an "
        "ordinary user, or set DATABASE_URL."
    )


def make_private(directory: Path, user: str | None) -> None:
    """Makes `directory` if need be, for its owner alone. Raises DatabaseError where it is somebody else's."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise DatabaseError(f"{directory} belongs to another user: remove it, or choose another DATA_DIR.")
    if user is not None:
        os.chown(directory, owner, pwd.getpwnam(user).pw_gid)
    directory.chmod(0o700)


def allow_passage(target: Path, user: str) -> list[Path]:
    """Lets `user` pass through, not read, the directories above `target`; answers with those it changed."""
    changed = []
    for directory in reversed(target.parents):
        found = directory.stat()
        if not _may_pass(found, user):
            directory.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)
            changed.append(directory)
    return changed


def allow_reading(tree: Path) -> bool:
    """Lets everybody read the files of a package that a narrow umask kept closed; True if any changed."""
    changed = False
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
            changed = True
    return changed


def _may_pass(found: os.stat_result, user: str) -> bool:
    account = pwd.getpwnam(user)
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid in os.getgrouplist(user, account.pw_gid):
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
