"""What a process is called beside others of the same installation."""

from __future__ import annotations

import os
import socket


def process_name(role: str) -> str:
    """The process manager's name for this process, else its role; and the machine it runs on."""
    return f"{os.environ.get('SUPERVISOR_PROCESS_NAME') or role}@{socket.gethostname()}"
