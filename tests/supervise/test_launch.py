"""What a launched program begins with: a session of its own, and how much it gives way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

SAY = "import os; print(os.getpid(), os.getsid(0), os.getpgid(0), os.nice(0))"


def launched(root: Path, *options: str, command: str) -> subprocess.Popen[str]:
    """As the process manager starts it: the first of a group of processes."""
    path = root / "bot" / "supervise" / "launch.py"
    arguments = [sys.executable, "-I", str(path), *options, "--", sys.executable, "-c", command]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, process_group=0)


def test_a_program_has_a_session_of_its_own_and_gives_way_by_as_much_as_it_is_told(root: Path) -> None:
    before = os.nice(0)
    process = launched(root, "--nice", "3", command=SAY)
    said, _ = process.communicate(timeout=60)
    pid, session, group, nice = map(int, said.split())
    assert (session, group, nice) == (pid, pid, before + 3)
    assert pid == process.pid


def test_its_group_can_be_killed_as_a_whole(root: Path) -> None:
    process = launched(root, command="import time; print('up', flush=True); time.sleep(60)")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
