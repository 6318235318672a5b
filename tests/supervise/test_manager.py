"""A full disk costs lines of log, and no program its reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.data_dir import DataDir

from .conftest import StartPrograms, script

# Both the log and the complaint about it cannot be written; nobody must hear of it, or supervisord stops reading that program.
LOG_TO_A_FULL_DISK = """
from supervisor import loggers
from bot.supervise import manager
{protect}
handler = loggers.RotatingFileHandler("/dev/full", maxBytes=10_000, backupCount=1)
handler.setFormat("%(message)s")
for _ in range(20):
    handler.emit(loggers.LogRecord(20, b"x" * 1000))
"""


def log_to_a_full_disk(root: Path, protect: str) -> int:
    with open("/dev/full", "wb") as full:
        code = LOG_TO_A_FULL_DISK.format(protect=protect)
        return subprocess.run([sys.executable, "-c", code], cwd=root, stderr=full).returncode


def test_a_line_that_cannot_be_written_is_lost_and_no_more(root: Path) -> None:
    assert log_to_a_full_disk(root, "manager.lose_what_cannot_be_written()") == 0
    assert log_to_a_full_disk(root, "") != 0


def test_the_programs_are_run_by_the_manager_that_forgives(supervise: StartPrograms, data: DataDir) -> None:
    supervise(script("worker", "import time; time.sleep(120)"))
    pid = int((data.run / "supervisord.pid").read_text(encoding="ascii"))
    assert b"bot.supervise.manager" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
