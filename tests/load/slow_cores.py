"""Cores of one's own, but slow ones: each process may use a share of a core, so that a machine of two is for them one of many.

With the control groups of Linux, which only root may make. For measuring how more processes share work where cores are free.
"""

from __future__ import annotations

import os
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
_PERIOD = 20_000
"""In microseconds: short beside a turn, so that whoever has used up its share waits little at a time."""


class NoGroups(RuntimeError):
    """This machine, or this user, has no control groups to make."""


class SlowCores:
    """Groups of processes. ``share`` is the part of a core, from 0 to 1, that each process gets."""

    def __init__(self, share: float, *, groups: Path = GROUPS) -> None:
        self._share = share
        self._older = (groups / "cpu" / "cpu.cfs_quota_us").exists()
        self._root = groups / "cpu" if self._older else groups
        self._made: list[Path] = []

    def confine(self, processes: list[Path]) -> None:
        """Give each of ``processes`` (folders of ``/proc``) a core of its own. Raises NoGroups."""
        quota = str(int(_PERIOD * self._share))
        for process in processes:
            group = self._root / f"caravan-load-{os.getpid()}-{process.name}"
            try:
                group.mkdir()
                self._made.append(group)
                if self._older:
                    (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
                    (group / "cpu.cfs_quota_us").write_text(quota)
                else:
                    (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
                (group / "cgroup.procs").write_text(process.name)
            except OSError as refused:
                raise NoGroups(f"no slow core for process {process.name}: {refused}") from refused

    def release(self) -> None:
        """Take the groups away; their processes have to have ended."""
        for group in self._made:
            group.rmdir()
        self._made.clear()
